//! Numbers of a model file: parameters, formulas, covariate effects, spread, residual error.

use super::*;
use crate::model::file::{self, EffectFile};
use crate::subject::{Ancestry, Sex};
use crate::units::Quantity;

/// More spreads, parameters or formulas than this are not a model that people published.
const MOST_NAMES: usize = 500;

/// Largest number without a source in a formula of [derived].
const LARGEST_BARE: f64 = 4.0;

/// A coefficient of variation above this is a slip, 5 is 500 %.
const LARGEST_CV: f64 = 5.0;

impl Checker {
    pub(super) fn parameters(&mut self) -> Result<()> {
        let list = std::mem::take(&mut self.file.parameters);
        let names = list.0.len() + self.file.derived.0.len();
        if names > MOST_NAMES {
            return Err(Error::input(format!("the model has {names} parameters and formulas"))
                .remedy(format!("at most {MOST_NAMES}"))
                .at(path!["parameters"]));
        }
        for (name, p) in list.0 {
            let parameter = self.number(name, p, "parameters")?;
            self.model.parameters.push(parameter);
        }
        Ok(())
    }

    /// Figures that the source prints and no curve uses.
    pub(super) fn reported(&mut self) -> Result<()> {
        for (name, p) in std::mem::take(&mut self.file.reported).0 {
            let reported = self.number(name, p, "reported")?;
            self.model.reported.push(reported);
        }
        Ok(())
    }

    /// One number of `[parameters]` or `[reported]`.
    fn number(&self, name: String, p: file::ParameterFile, table: &str) -> Result<Parameter> {
        let at = path![table, &name];
        self.new_name(&name).map_err(|e| e.at(at.clone()))?;
        let (source, grade) = self.provenance(&format!("parameter `{name}`"), p.source, p.grade, &at)?;
        let value_at = [at.clone(), path!["value"]].concat();
        let quantity = Quantity::parse(&p.value).map_err(|e| e.at(value_at.clone()))?;
        let least_allowed = if quantity.dim == Dim::NONE { quantity.value >= 0.0 } else { quantity.value > 0.0 };
        if !least_allowed {
            return Err(Error::input(format!("`{name}` is {}, but it must be positive", p.value))
                .remedy("a falling covariate effect is a slope under [[effect]]")
                .at(value_at));
        }
        let read = |key: &str, text: &str| {
            Quantity::parse_as(text, quantity.dim, &p.value).map_err(|e| e.at([at.clone(), path![key]].concat()))
        };
        let interval = |level: u8, key: &str, [low, high]: [String; 2]| -> Result<Uncertainty> {
            let ends = [read(key, &low)?, read(key, &high)?];
            if !(ends[0] <= quantity.value && quantity.value <= ends[1]) {
                return Err(Error::input(format!("`{name}` lies outside its interval, {low} to {high}"))
                    .remedy("write the lower end first, and check for a slip")
                    .at([at.clone(), path![key]].concat()));
            }
            Ok(Uncertainty::Interval { level, ends, text: [low, high] })
        };
        let uncertainty = match (p.se, p.ci95, p.ci90) {
            (None, None, None) => None,
            (Some(text), None, None) => Some(Uncertainty::Se { value: read("se", &text)?, text }),
            (None, Some(ends), None) => Some(interval(95, "ci95", ends)?),
            (None, None, Some(ends)) => Some(interval(90, "ci90", ends)?),
            _ => {
                return Err(Error::input(format!("the uncertainty of `{name}` is said twice"))
                    .remedy("keep one of `se`, `ci95` and `ci90`")
                    .at(at));
            }
        };
        Ok(Parameter {
            name,
            text: p.value,
            value: quantity.value,
            dim: quantity.dim,
            source,
            grade,
            uncertainty,
            note: p.note,
        })
    }

    pub(super) fn derived(&mut self) -> Result<()> {
        let mut waiting = std::mem::take(&mut self.file.derived).0;
        for (name, _) in &waiting {
            let twice = waiting.iter().filter(|(n, _)| n == name).count() > 1;
            self.new_name(name).map_err(|e| e.at(path!["derived", name]))?;
            if twice {
                return Err(Error::input(format!("`{name}` is defined twice"))
                    .remedy("keep one of the two")
                    .at(path!["derived", name]));
            }
        }
        while !waiting.is_empty() {
            let open: Vec<String> = waiting.iter().map(|(n, _)| n.clone()).collect();
            let mut later = Vec::new();
            for (name, d) in std::mem::take(&mut waiting) {
                let at = path!["derived", &name, "formula"];
                let formula = Expr::parse(&d.formula).map_err(|e| e.at(at.clone()))?;
                if formula.names().iter().any(|used| open.iter().any(|o| o == used)) {
                    later.push((name, d));
                    continue;
                }
                let derived = self.one_derived(name, d, &at)?;
                self.model.derived.push(derived);
            }
            if later.len() == open.len() {
                return Err(circular(&later));
            }
            waiting = later;
        }
        Ok(())
    }

    fn one_derived(&self, name: String, d: file::DerivedFile, at: &[PathStep]) -> Result<Derived> {
        let unit_at = path!["derived", &name, "unit"];
        let dim = Quantity::parse(&format!("1 {}", d.unit)).map_err(|e| e.at(unit_at))?.dim;
        let formula = self.expr_with(&d.formula, dim, LARGEST_BARE, at.to_vec())?;
        let grade = formula.names().iter().filter_map(|n| self.grade_of(n)).max().unwrap_or(Grade::A);
        Ok(Derived { name, formula, unit: d.unit, dim, grade, note: d.note })
    }

    pub(super) fn effects(&mut self) -> Result<()> {
        for (i, e) in std::mem::take(&mut self.file.effect).into_iter().enumerate() {
            let at = path!["effect", i];
            let what = format!("the effect on {}", e.on.join(", "));
            forms::of_effect(&e).map_err(|err| err.within(at.clone()))?;
            let (source, grade) = self.provenance(&what, e.source.clone(), e.grade, &at)?;
            for on in &e.on {
                if !self.model.parameters.iter().any(|p| &p.name == on) {
                    let known = self.model.parameters.iter().map(|p| p.name.as_str());
                    return Err(Error::input(format!("the effect is on \"{on}\", which is no parameter"))
                        .remedy(suggestion(on, known))
                        .at([at, path!["on"]].concat()));
                }
            }
            let form = self
                .effect_form(&e)
                .map_err(|err| if err.path().is_empty() { err.at(at.clone()) } else { err.within(at.clone()) })?;
            self.model.effects.push(Effect { on: e.on, by: e.by, form, source, grade, note: e.note });
        }
        Ok(())
    }

    fn effect_form(&self, e: &EffectFile) -> Result<EffectForm> {
        let own = match e.by {
            Covariate::Weight => Dim::WEIGHT,
            Covariate::Age => Dim::AGE,
            Covariate::Sex | Covariate::Ancestry => return category(e),
        };
        let example = if own == Dim::AGE { "60 y" } else { "70 kg" };
        let read = |key: &str, text: &str| {
            let value = Quantity::parse_as(text, own, example).map_err(|err| err.at(path![key]))?;
            if value > 0.0 {
                Ok(value)
            } else {
                Err(Error::input(format!("`{key}` must be positive"))
                    .remedy(format!("write for example {key} = \"{example}\""))
                    .at(path![key]))
            }
        };
        let slope = |text: &str| -> Result<f64> {
            let quantity = Quantity::parse(text).map_err(|err| err.at(path!["slope"]))?;
            for on in &e.on {
                let needed = self.dim_of(on).unwrap_or(Dim::NONE).combine(own, -1);
                if quantity.dim != needed {
                    return Err(Error::input(format!(
                        "the slope is in {}, but for `{on}` {needed} is needed",
                        quantity.dim
                    ))
                    .remedy(format!(
                        "write the change of `{on}` per kg or per year, for example \"-2 L/h/y\" for a clearance by age"
                    ))
                    .at(path!["slope"]));
                }
            }
            Ok(quantity.value)
        };
        match (&e.power, &e.slope, &e.reference, &e.above) {
            (Some(power), None, Some(reference), None) if power.is_finite() => {
                Ok(EffectForm::Power { reference: read("reference", reference)?, power: *power })
            }
            (None, Some(s), Some(reference), None) => {
                Ok(EffectForm::Linear { reference: read("reference", reference)?, slope: slope(s)? })
            }
            (None, Some(s), None, Some(above)) => {
                Ok(EffectForm::Hinge { above: read("above", above)?, slope: slope(s)? })
            }
            _ => Err(Error::input("the effect has no form that is known")
                .remedy("write power and reference, or slope and reference, or slope and above")),
        }
    }

    pub(super) fn spreads(&mut self) -> Result<()> {
        for (name, s) in std::mem::take(&mut self.file.spread).0 {
            let at = path!["spread", &name];
            let Some(parameter) = self.model.parameters.iter().find(|p| p.name == name) else {
                let known = self.model.parameters.iter().map(|p| p.name.as_str());
                return Err(Error::input(format!("there is a spread of \"{name}\", which is no parameter"))
                    .remedy(suggestion(&name, known))
                    .at(at));
            };
            let fraction = parameter.dim == Dim::NONE && parameter.value > 0.0 && parameter.value < 1.0;
            if s.distribution == Distribution::LogitNormal && !fraction {
                return Err(Error::input(format!(
                    "`{name}` is not a fraction between 0 and 1, so it cannot scatter on the logit scale"
                ))
                .remedy("use distribution = \"log-normal\"")
                .at(at));
            }
            let (source, grade) = self.provenance(&format!("the spread of `{name}`"), s.source, s.grade, &at)?;
            let figure = match (&s.cv, s.omega, s.omega_squared) {
                (Some(cv), None, None) if s.distribution == Distribution::LogNormal => SpreadFigure::Cv(
                    Quantity::parse_as(cv, Dim::NONE, "20 %").map_err(|e| e.at([at.clone(), path!["cv"]].concat()))?,
                ),
                (None, Some(omega), None) => SpreadFigure::Omega(omega),
                (None, None, Some(variance)) => SpreadFigure::OmegaSquared(variance),
                _ => {
                    return Err(Error::input(format!("the spread of `{name}` must be said in exactly one way"))
                        .remedy("write cv = \"20 %\" (log-normal only), omega = 0.2, or omega_squared = 0.04")
                        .at(at));
                }
            };
            let spread =
                Spread { name, distribution: s.distribution, figure, between: s.between, source, grade, note: s.note };
            if !(spread.omega().is_finite() && spread.omega() > 0.0) {
                return Err(Error::input(format!("the spread of `{}` must be positive", spread.name))
                    .remedy("leave it out when there is none")
                    .at(at));
            }
            if let SpreadFigure::Cv(cv) = spread.figure
                && cv > LARGEST_CV
            {
                let most = crate::units::number(LARGEST_CV * 100.0);
                return Err(Error::input(format!("the CV of `{}` is above {most} %", spread.name))
                    .remedy("check for a slip; if it is the SD on the log scale, write omega instead")
                    .at([at, path!["cv"]].concat()));
            }
            self.model.spreads.push(spread);
        }
        Ok(())
    }

    pub(super) fn correlations(&mut self) -> Result<()> {
        for (i, c) in std::mem::take(&mut self.file.correlation).into_iter().enumerate() {
            let at = path!["correlation", i];
            let omega = |name: &str| {
                self.model.spreads.iter().find(|s| s.name == name).map(Spread::omega).ok_or_else(|| {
                    let known = self.model.spreads.iter().map(|s| s.name.as_str());
                    Error::input(format!("`{name}` is correlated but has no spread"))
                        .remedy(suggestion(name, known))
                        .at(at.clone())
                })
            };
            let (x, y) = (omega(&c.between[0])?, omega(&c.between[1])?);
            let what = format!("the correlation of {} and {}", c.between[0], c.between[1]);
            let [a, b] = &c.between;
            if a == b {
                return Err(Error::input(format!("`{a}` is correlated with itself"))
                    .remedy("name two parameters, each with a spread of its own")
                    .at([at, path!["between"]].concat()));
            }
            let same = |o: &Correlation| o.between.contains(a) && o.between.contains(b);
            if self.model.correlations.iter().any(same) {
                return Err(Error::input(format!("{what} is given twice")).remedy("keep one of the two").at(at));
            }
            let (source, grade) = self.provenance(&what, c.source, c.grade, &at)?;
            let r = match (c.r, c.covariance) {
                (Some(r), None) => r,
                (None, Some(covariance)) => covariance / (x * y),
                _ => {
                    return Err(Error::input(format!("{what} must be said in exactly one way"))
                        .remedy("write r = 0.5, or covariance = 0.02")
                        .at(at));
                }
            };
            if r.is_nan() || r.abs() >= 1.0 {
                return Err(Error::input(format!("{what} is {}", crate::units::number(r)))
                    .remedy("a correlation lies between -1 and 1")
                    .at(at));
            }
            self.model.correlations.push(Correlation { between: c.between, r, source, grade });
        }
        let n = self.model.spreads.len();
        let index = |name: &str| self.model.spreads.iter().position(|s| s.name == name).unwrap_or(0);
        let mut matrix = nalgebra::DMatrix::<f64>::identity(n, n);
        for c in &self.model.correlations {
            let (i, j) = (index(&c.between[0]), index(&c.between[1]));
            matrix[(i, j)] = c.r;
            matrix[(j, i)] = c.r;
        }
        if matrix.cholesky().is_none() {
            return Err(Error::input("the correlations contradict each other: no people could scatter like that")
                .remedy("check the signs: if A goes with B and B with C, A cannot go strongly against C")
                .at(path!["correlation"]));
        }
        Ok(())
    }

    pub(super) fn residuals(&mut self) -> Result<()> {
        for (i, r) in std::mem::take(&mut self.file.residual).into_iter().enumerate() {
            let at = path!["residual", i];
            let (source, grade) =
                self.provenance(&format!("the residual error of {}", r.analyte), r.source, r.grade, &at)?;
            self.known_analyte(&r.analyte, &at)?;
            let read = |text: Option<String>, dim: Dim, example: &str| {
                text.map(|t| Quantity::parse_as(&t, dim, example)).transpose().map_err(|e| e.at(at.clone()))
            };
            let proportional = read(r.proportional, Dim::NONE, "15 %")?;
            let additive = read(r.additive, Dim::CONCENTRATION, "1 ng/mL")?;
            let figures = [proportional, additive];
            if figures == [None, None] || figures.into_iter().flatten().any(|f| f <= 0.0) {
                return Err(Error::input(format!("the residual error of {} needs a positive figure", r.analyte))
                    .remedy("write proportional = \"15 %\", additive = \"1 ng/mL\", or both")
                    .at(at));
            }
            self.model.residuals.push(Residual {
                analyte: r.analyte,
                proportional,
                additive,
                source,
                grade,
                note: r.note,
            });
        }
        Ok(())
    }
}

fn category(e: &EffectFile) -> Result<EffectForm> {
    let known: Vec<&str> = match e.by {
        Covariate::Sex => Sex::ALL.iter().map(|(_, s)| *s).collect(),
        _ => Ancestry::ALL.iter().map(|(_, s)| *s).collect(),
    };
    if let Some(odd) = e.is.iter().find(|c| !known.contains(&c.as_str()) || *c == "unstated") {
        return Err(Error::input(format!("\"{odd}\" is no category"))
            .remedy(suggestion(odd, known.into_iter().filter(|c| *c != "unstated")))
            .at(path!["is"]));
    }
    match e.times {
        Some(times) if times.is_finite() && times > 0.0 && !e.is.is_empty() => {
            Ok(EffectForm::Category { is: e.is.clone(), times })
        }
        _ => Err(Error::input("an effect of a category needs `is` and a positive `times`")
            .remedy("write for example is = [\"female\"] and times = 0.8")),
    }
}

fn circular(later: &[(String, file::DerivedFile)]) -> Error {
    let names: Vec<&str> = later.iter().map(|(n, _)| n.as_str()).collect();
    let first = names.first().copied().unwrap_or("");
    Error::input(format!("derived parameters are defined by each other: {}", names.join(", ")))
        .remedy("let at least one of them depend on parameters alone")
        .at(path!["derived", first, "formula"])
}
