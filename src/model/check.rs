//! From a model file to a [`Model`]: every refusal in the reader's words.

use super::expr::Expr;
use super::file::{self, EffectFile, ModelFile, Site};
use super::*;
use crate::error::{Error, Result, Step, suggestion};
use crate::path;
use crate::subject::{Ancestry, Sex, Subject};
use crate::units::Quantity;

/// A model file is a few pages; more than this (1 MiB) is something else.
pub const LARGEST_FILE: usize = 1 << 20;

/// A model with more compartments than this could not be followed in a reasonable time.
const MOST_COMPARTMENTS: usize = 100;
/// More spreads, parameters or formulas than this are not a model that people published.
const MOST_NAMES: usize = 500;

/// Where drug can end. `eliminated` is filled by elimination, the others say why drug never arrived.
const SINKS: [&str; 4] = ["eliminated", "presystemic", "unabsorbed", "spat"];

/// Reads and checks a model file; `name` is for messages.
///
/// # Errors
/// With file and line, what is wrong and what would have worked.
pub fn parse_model(name: &str, text: &str) -> Result<Model> {
    if text.len() > LARGEST_FILE {
        return Err(Error::input(format!("{name} has {} bytes", text.len()))
            .remedy(format!("a model file has at most {LARGEST_FILE} bytes")));
    }
    let file: ModelFile = toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))?;
    Checker::new(file).and_then(Checker::finish).map_err(|e| e.located(name, text))
}

struct Checker {
    file: ModelFile,
    model: Model,
}

impl Checker {
    fn new(mut file: ModelFile) -> Result<Self> {
        check_head(&file)?;
        let sources = std::mem::take(&mut file.source).0.into_iter().map(|(key, s)| s.named(key)).collect();
        let model = Model {
            id: file.id.clone(),
            title: file.title.clone(),
            about: file.about.trim().to_owned(),
            drug: file.drug.clone(),
            salt: file.salt,
            estimated_from: file.estimated_from,
            composite: file.composite,
            disposition: file.disposition_from.clone().unwrap_or_else(|| file.id.clone()),
            default_for: file.default_for.clone(),
            sources,
            population: file.population.who.clone(),
            n: file.population.n,
            weight: file.applies_to.weight,
            age: file.applies_to.age,
            limits_note: file.applies_to.note.clone(),
            missing: file.missing.clone(),
            parameters: Vec::new(),
            derived: Vec::new(),
            effects: Vec::new(),
            spreads: Vec::new(),
            correlations: Vec::new(),
            residuals: Vec::new(),
            compartments: Vec::new(),
            flows: Vec::new(),
            routes: BTreeMap::new(),
            outputs: Vec::new(),
            ranges: Vec::new(),
            checkpoints: Vec::new(),
        };
        Ok(Self { file, model })
    }

    fn finish(mut self) -> Result<Model> {
        self.parameters()?;
        self.derived()?;
        self.effects()?;
        self.spreads()?;
        self.correlations()?;
        self.residuals()?;
        self.compartments()?;
        self.flows()?;
        self.routes()?;
        self.outputs()?;
        self.ranges()?;
        self.checkpoints()?;
        self.topology()?;
        self.numbers()?;
        Ok(self.model)
    }

    // ---- numbers -------------------------------------------------------------------------------

    fn parameters(&mut self) -> Result<()> {
        let list = std::mem::take(&mut self.file.parameters);
        let names = list.0.len() + self.file.derived.0.len();
        if names > MOST_NAMES {
            return Err(Error::input(format!("the model has {names} parameters and formulas"))
                .remedy(format!("at most {MOST_NAMES}"))
                .at(path!["parameters"]));
        }
        for (name, p) in list.0 {
            let at = path!["parameters", &name];
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
            let parameter = Parameter {
                name,
                text: p.value,
                value: quantity.value,
                dim: quantity.dim,
                source,
                grade,
                note: p.note,
            };
            self.model.parameters.push(parameter);
        }
        Ok(())
    }

    fn new_name(&self, name: &str) -> Result<()> {
        let well_formed = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !well_formed {
            return Err(Error::input(format!("`{name}` cannot be used in a formula"))
                .remedy("a name has letters, digits and _, and begins with a letter"));
        }
        if ["weight", "age", "min", "max", "above", "rest"].contains(&name) {
            return Err(
                Error::input(format!("`{name}` has a meaning of its own in formulas")).remedy("use another name")
            );
        }
        if self.dim_of(name).is_some() {
            return Err(Error::input(format!("`{name}` is defined twice"))
                .remedy("give each parameter and formula a name of its own"));
        }
        Ok(())
    }

    fn provenance(
        &self,
        what: &str,
        source: Option<String>,
        grade: Option<Grade>,
        at: &[Step],
    ) -> Result<(String, Grade)> {
        let known = || self.model.sources.iter().map(|s| s.key.as_str());
        let Some(source) = source else {
            return Err(Error::input(format!("{what} has no source"))
                .remedy(format!("add source = \"...\"; {}", suggestion("", known())))
                .at(at.to_vec()));
        };
        if self.model.source(&source).is_none() {
            return Err(Error::input(format!("{what} names the source \"{source}\", which the file does not list"))
                .remedy(suggestion(&source, known()))
                .at([at.to_vec(), path!["source"]].concat()));
        }
        let Some(grade) = grade else {
            let legend: Vec<String> = Grade::ALL.iter().map(|g| format!("{g} {}", g.meaning())).collect();
            return Err(Error::input(format!("{what} has no grade"))
                .remedy(format!("add grade = \"...\": {}", legend.join("; ")))
                .at(at.to_vec()));
        };
        Ok((source, grade))
    }

    fn dim_of(&self, name: &str) -> Option<Dim> {
        let own = self.model.parameters.iter().find(|p| p.name == name).map(|p| p.dim);
        own.or_else(|| self.model.derived.iter().find(|d| d.name == name).map(|d| d.dim)).or(match name {
            "weight" => Some(Dim::WEIGHT),
            "age" => Some(Dim::AGE),
            _ => None,
        })
    }

    fn names(&self) -> Vec<String> {
        let parameters = self.model.parameters.iter().map(|p| p.name.clone());
        parameters.chain(self.model.derived.iter().map(|d| d.name.clone())).collect()
    }

    /// Parses a formula that must have dimension `dim`.
    fn expr(&self, text: &str, dim: Dim, at: Vec<Step>) -> Result<Expr> {
        let expr = Expr::parse(text).map_err(|e| e.at(at.clone()))?;
        let found = expr.dim(&|n| self.dim_of(n), &|| self.names()).map_err(|e| e.at(at.clone()))?;
        if found == dim {
            return Ok(expr);
        }
        let parts = expr.names().into_iter().filter_map(|name| Some(format!("{name} {}", in_unit(self.dim_of(name)?))));
        let parts: Vec<String> = parts.collect();
        let remedy = if parts.is_empty() { "write a parameter that has the unit".to_owned() } else { parts.join(", ") };
        Err(Error::input(format!("\"{text}\" {}, but {dim} is needed", in_unit(found))).remedy(remedy).at(at))
    }

    fn opt_expr(&self, text: Option<&String>, dim: Dim, at: Vec<Step>) -> Result<Option<Expr>> {
        text.map(|t| self.expr(t, dim, at)).transpose()
    }

    fn derived(&mut self) -> Result<()> {
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

    fn one_derived(&self, name: String, d: file::DerivedFile, at: &[Step]) -> Result<Derived> {
        let unit_at = path!["derived", &name, "unit"];
        let dim = Quantity::parse(&format!("1 {}", d.unit)).map_err(|e| e.at(unit_at))?.dim;
        let formula = self.expr(&d.formula, dim, at.to_vec())?;
        let grade = formula.names().iter().filter_map(|n| self.grade_of(n)).max().unwrap_or(Grade::A);
        Ok(Derived { name, formula, unit: d.unit, dim, grade, note: d.note })
    }

    fn grade_of(&self, name: &str) -> Option<Grade> {
        let own = self.model.parameters.iter().find(|p| p.name == name).map(|p| p.grade);
        own.or_else(|| self.model.derived.iter().find(|d| d.name == name).map(|d| d.grade))
    }

    fn effects(&mut self) -> Result<()> {
        for (i, e) in std::mem::take(&mut self.file.effect).into_iter().enumerate() {
            let at = path!["effect", i];
            let what = format!("the effect on {}", e.on.join(", "));
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

    fn spreads(&mut self) -> Result<()> {
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
            self.model.spreads.push(spread);
        }
        Ok(())
    }

    fn correlations(&mut self) -> Result<()> {
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
            if !(r.abs() < 1.0) {
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

    /// The analyte of a checkpoint or residual error is one that is read out.
    fn known_analyte(&self, analyte: &str, at: &[Step]) -> Result<()> {
        let known = || self.file.output.iter().map(|o| &o.analyte).chain(self.model.outputs.iter().map(|o| &o.analyte));
        if known().any(|a| a == analyte) {
            return Ok(());
        }
        let mut list: Vec<&str> = known().map(String::as_str).collect();
        list.dedup();
        Err(Error::input(format!("no output reads {analyte}")).remedy(suggestion(analyte, list)).at([
            at.to_vec(),
            path!["analyte"],
        ]
        .concat()))
    }

    fn residuals(&mut self) -> Result<()> {
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

    // ---- structure -----------------------------------------------------------------------------

    fn compartments(&mut self) -> Result<()> {
        for (i, d) in self.file.disposition.clone().iter().enumerate() {
            if !(1..=3).contains(&d.V.len()) {
                return Err(Error::input(format!("a disposition has 1 to 3 volumes, not {}", d.V.len()))
                    .remedy("write more compartments one by one under [compartments] and [[flow]]")
                    .at(path!["disposition", i, "V"]));
            }
            for (j, volume) in d.V.iter().enumerate() {
                let volume = self.expr(volume, Dim::VOLUME, path!["disposition", i, "V", j])?;
                let name = if j == 0 { d.of.clone() } else { format!("{}_{}", d.of, j + 1) };
                self.add_compartment(name, &d.of, Some(volume), CompartmentKind::Ordinary, path!["disposition", i])?;
            }
        }
        let mouths: Vec<String> =
            self.file.routes.values().filter_map(|r| r.hold.as_ref().map(|h| h.mouth.clone())).collect();
        for (name, c) in self.file.compartments.clone().0 {
            let at = path!["compartments", &name];
            let kind = if mouths.contains(&name) { CompartmentKind::Mouth } else { CompartmentKind::Ordinary };
            let volume = self.opt_expr(c.volume.as_ref(), Dim::VOLUME, [at.clone(), path!["volume"]].concat())?;
            match c.transits {
                None => self.add_compartment(name, &c.holds, volume, kind, at)?,
                Some(n @ 1..=20) => {
                    for k in 1..=n {
                        let stage = if k == 1 { name.clone() } else { format!("{name}_{k}") };
                        self.add_compartment(stage, &c.holds, None, CompartmentKind::Ordinary, at.clone())?;
                    }
                }
                Some(n) => {
                    return Err(Error::input(format!("the chain \"{name}\" has {n} transits"))
                        .remedy("a chain has 1 to 20 transits")
                        .at(at));
                }
            }
        }
        Ok(())
    }

    fn add_compartment(
        &mut self,
        name: String,
        holds: &str,
        volume: Option<Expr>,
        kind: CompartmentKind,
        at: Vec<Step>,
    ) -> Result<()> {
        if SINKS.contains(&name.as_str()) {
            return Err(Error::input(format!("\"{name}\" is where drug ends, not a compartment"))
                .remedy("use another name")
                .at(at));
        }
        if self.model.compartments.iter().any(|c| c.name == name) {
            return Err(Error::input(format!("the compartment \"{name}\" is defined twice"))
                .remedy("use another name")
                .at(at));
        }
        self.model.compartments.push(Compartment { name, holds: holds.to_owned(), volume, kind });
        Ok(())
    }

    /// The compartment called `name`; a sink is made for the analyte when first named.
    fn target(&mut self, name: &str, analyte: &str, at: Vec<Step>) -> Result<usize> {
        let sink = SINKS.contains(&name);
        if let Some(i) = self.model.compartments.iter().position(|c| c.name == name && (!sink || c.holds == analyte)) {
            return Ok(i);
        }
        if sink {
            let kind = CompartmentKind::Sink;
            self.model.compartments.push(Compartment {
                name: name.to_owned(),
                holds: analyte.to_owned(),
                volume: None,
                kind,
            });
            return Ok(self.model.compartments.len() - 1);
        }
        let known = self.model.compartments.iter().map(|c| c.name.as_str()).chain(SINKS);
        Err(Error::input(format!("there is no compartment \"{name}\"")).remedy(suggestion(name, known)).at(at))
    }

    fn holds(&self, i: usize) -> String {
        self.model.compartments[i].holds.clone()
    }

    fn flows(&mut self) -> Result<()> {
        for (i, d) in self.file.disposition.clone().iter().enumerate() {
            self.disposition_flows(d, &path!["disposition", i])?;
        }
        for (name, c) in self.file.compartments.clone().0 {
            if let Some(n) = c.transits {
                self.chain(&name, n, &c)?;
            }
        }
        for (i, f) in self.file.flow.clone().into_iter().enumerate() {
            self.one_flow(f, &path!["flow", i])?;
        }
        Ok(())
    }

    fn disposition_flows(&mut self, d: &file::DispositionFile, at: &[Step]) -> Result<()> {
        let here = |key: &str| [at.to_vec(), path![key]].concat();
        let n = d.V.len();
        let central = self.target(&d.of, &d.of, at.to_vec())?;
        let into = d.cleared_into.as_deref().unwrap_or("eliminated");
        let into = self.target(into, &d.of, here("cleared_into"))?;
        let yields = self.opt_expr(d.yields.as_ref(), Dim::NONE, here("yield"))?;
        let split = vec![Split { into, share: None, yields, apparent: d.apparent }];
        let by_clearance = d.CL.is_some() && d.k.is_empty() && d.Q.len() + 1 == n;
        let wanted: Vec<String> = std::iter::once("k10".to_owned())
            .chain((2..=n).flat_map(|j| [format!("k1{j}"), format!("k{j}1")]))
            .collect();
        let by_rates =
            d.CL.is_none() && d.Q.is_empty() && d.k.len() == wanted.len() && wanted.iter().all(|k| d.k.contains_key(k));
        if let (Some(clearance), true) = (&d.CL, by_clearance) {
            let pace = Pace::Clearance(self.expr(clearance, Dim::CLEARANCE, here("CL"))?);
            self.model.flows.push(Flow { from: central, pace, split });
            for (j, q) in d.Q.iter().enumerate() {
                let q = self.expr(q, Dim::CLEARANCE, [here("Q"), path![j]].concat())?;
                let other = self.target(&format!("{}_{}", d.of, j + 2), &d.of, at.to_vec())?;
                self.exchange(central, other, Pace::Clearance(q.clone()), Pace::Clearance(q));
            }
        } else if by_rates {
            let rate = |key: &str| self.expr(&d.k[key], Dim::RATE, [here("k"), path![key]].concat()).map(Pace::Rate);
            let mut pairs = Vec::new();
            for j in 2..=n {
                pairs.push((j, rate(&format!("k1{j}"))?, rate(&format!("k{j}1"))?));
            }
            let pace = rate("k10")?;
            self.model.flows.push(Flow { from: central, pace, split });
            for (j, there, back) in pairs {
                let other = self.target(&format!("{}_{j}", d.of), &d.of, at.to_vec())?;
                self.exchange(central, other, there, back);
            }
        } else {
            let way = if d.CL.is_some() || !d.Q.is_empty() { "clearances" } else { "rates" };
            return Err(Error::input(format!("the {way} of the disposition of {} do not fit its {n} volumes", d.of))
                .remedy(format!("write CL and {} Q, or k with {}", n - 1, wanted.join(", ")))
                .at(at.to_vec()));
        }
        Ok(())
    }

    fn exchange(&mut self, a: usize, b: usize, there: Pace, back: Pace) {
        let whole = |into| vec![Split { into, share: None, yields: None, apparent: false }];
        self.model.flows.push(Flow { from: a, pace: there, split: whole(b) });
        self.model.flows.push(Flow { from: b, pace: back, split: whole(a) });
    }

    /// n equal stages with total mean time MTT drain at n / MTT each.
    fn chain(&mut self, name: &str, n: u32, c: &file::CompartmentFile) -> Result<()> {
        let at = path!["compartments", name];
        let here = |key: &str| [at.clone(), path![key]].concat();
        let (Some(mean), Some(into)) = (&c.mean_time, &c.into) else {
            return Err(Error::input(format!("the chain \"{name}\" needs `mean_time` and `into`"))
                .remedy("write for example transits = 2, mean_time = \"MTT\", into = \"central\"")
                .at(at));
        };
        let mean = self.expr(mean, Dim::TIME, here("mean_time"))?;
        let rate = Expr::Binary(super::expr::Op::Divide, Box::new(Expr::Number(f64::from(n))), Box::new(mean));
        let yields = self.opt_expr(c.yields.as_ref(), Dim::NONE, here("yield"))?;
        let first = self.target(name, &c.holds, at.clone())?;
        let last = first + n as usize - 1;
        for from in first..last {
            let split = vec![Split { into: from + 1, share: None, yields: None, apparent: false }];
            self.model.flows.push(Flow { from, pace: Pace::Rate(rate.clone()), split });
        }
        let into = self.target(into, &c.holds, here("into"))?;
        let split = vec![Split { into, share: None, yields, apparent: c.apparent }];
        self.model.flows.push(Flow { from: last, pace: Pace::Rate(rate), split });
        Ok(())
    }

    fn one_flow(&mut self, f: file::FlowFile, at: &[Step]) -> Result<()> {
        let here = |key: &str| [at.to_vec(), path![key]].concat();
        let pace = match (&f.rate, &f.clearance) {
            (Some(rate), None) => Pace::Rate(self.expr(rate, Dim::RATE, here("rate"))?),
            (None, Some(clearance)) => Pace::Clearance(self.expr(clearance, Dim::CLEARANCE, here("clearance"))?),
            _ => {
                return Err(Error::input("a flow has either a rate or a clearance")
                    .remedy("write rate = \"...\" (1/h) or clearance = \"...\" (L/h)")
                    .at(at.to_vec()));
            }
        };
        if let Some([a, b]) = &f.between {
            let (a, b) = (self.target(a, "", here("between"))?, self.target(b, "", here("between"))?);
            self.volumes_for(&pace, &[a, b], at)?;
            self.exchange(a, b, pace.clone(), pace);
            return Ok(());
        }
        let Some(from) = &f.from else {
            return Err(Error::input("a flow says where it comes from")
                .remedy("write from = \"...\" or between = [\"...\", \"...\"]")
                .at(at.to_vec()));
        };
        let from = self.target(from, "", here("from"))?;
        self.volumes_for(&pace, &[from], at)?;
        let analyte = self.holds(from);
        let mut split = Vec::new();
        match (&f.into, f.split.is_empty()) {
            (Some(into), true) => {
                let into = self.target(into, &analyte, here("into"))?;
                let yields = self.opt_expr(f.yields.as_ref(), Dim::NONE, here("yield"))?;
                split.push(Split { into, share: None, yields, apparent: f.apparent });
            }
            (None, false) => {
                for (k, s) in f.split.iter().enumerate() {
                    let here = |key: &str| [at.to_vec(), path!["split", k, key]].concat();
                    let into = self.target(&s.into, &analyte, here("into"))?;
                    let share =
                        if s.share == "rest" { None } else { Some(self.expr(&s.share, Dim::NONE, here("share"))?) };
                    let yields = self.opt_expr(s.yields.as_ref(), Dim::NONE, here("yield"))?;
                    split.push(Split { into, share, yields, apparent: s.apparent });
                }
                one_rest(split.iter().map(|s| s.share.is_none()), "the flow", at)?;
            }
            _ => {
                return Err(Error::input("a flow has either `into` or `split`")
                    .remedy("write into = \"...\", or split = [{ into = \"...\", share = \"...\" }, ...]")
                    .at(at.to_vec()));
            }
        }
        self.model.flows.push(Flow { from, pace, split });
        Ok(())
    }

    fn volumes_for(&self, pace: &Pace, of: &[usize], at: &[Step]) -> Result<()> {
        let lacking = of.iter().find(|&&i| self.model.compartments[i].volume.is_none());
        match (pace, lacking) {
            (Pace::Clearance(_), Some(&i)) => {
                let name = &self.model.compartments[i].name;
                Err(Error::input(format!("a clearance from \"{name}\" needs its volume"))
                    .remedy(format!("give \"{name}\" a volume, or the flow a rate instead"))
                    .at(at.to_vec()))
            }
            _ => Ok(()),
        }
    }

    fn routes(&mut self) -> Result<()> {
        let drug = self.model.drug.clone();
        for (route, r) in std::mem::take(&mut self.file.routes) {
            let at = path!["routes", route.id()];
            let here = |key: &str| [at.clone(), path![key]].concat();
            if let Some([low, high]) = r.studied {
                ordered(low.mg(), high.mg(), "studied doses", here("studied"))?;
            }
            let mut ways = Vec::new();
            for (k, w) in r.ways.iter().enumerate() {
                ways.push(self.way(route, w, [here("ways"), path![k]].concat())?);
            }
            one_rest(ways.iter().map(|w| w.share.is_none()), &format!("a dose by route {}", route.id()), &at)?;
            if r.hold.is_some() && route != Route::Sl {
                return Err(Error::input("only a dose under the tongue is held")
                    .remedy("move `hold` to [routes.sl], or leave it out")
                    .at(here("hold")));
            }
            if r.sprays.is_some() && route != Route::In {
                return Err(Error::input("only a nasal dose has sprays")
                    .remedy("move `sprays` to [routes.in], or leave it out")
                    .at(here("sprays")));
            }
            let hold = match &r.hold {
                None => None,
                Some(h) => Some(Hold {
                    mouth: self.target(&h.mouth, &drug, here("hold"))?,
                    default: self.expr(&h.default, Dim::TIME, here("hold"))?,
                    default_after: h.default_after,
                    swallow: self.target(&h.swallow, &drug, here("hold"))?,
                    spit: self.target(&h.spit, &drug, here("hold"))?,
                    studied: h.studied,
                }),
            };
            let restart = r.sprays.as_ref().map(|s| &s.count_starts_again_after);
            let sprays_restart = self.opt_expr(restart, Dim::TIME, here("sprays"))?;
            let model = RouteModel { ways, hold, sprays_restart, assumption: r.assumption, studied: r.studied };
            self.model.routes.insert(route, model);
        }
        for route in &self.model.default_for {
            if !self.model.routes.contains_key(route) {
                return Err(Error::input(format!("the model is default for {} but has no such route", route.id()))
                    .remedy(suggestion("", self.model.routes.keys().map(|r| r.id())))
                    .at(path!["default_for"]));
            }
        }
        Ok(())
    }

    fn way(&mut self, route: Route, w: &file::WayFile, at: Vec<Step>) -> Result<Way> {
        let here = |key: &str| [at.clone(), path![key]].concat();
        let drug = self.model.drug.clone();
        let mut into = self.target(&w.into, &drug, here("into"))?;
        if self.model.compartments[into].holds != drug {
            return Err(Error::input(format!(
                "a dose of {drug} cannot enter \"{}\", which holds {}",
                w.into,
                self.holds(into)
            ))
            .remedy("let the dose enter a compartment that holds the model's `drug`, or correct `drug`")
            .at(here("into")));
        }
        if let Some(ka) = &w.ka {
            let ka = self.expr(ka, Dim::RATE, here("ka"))?;
            let depot = format!("{}_depot_{}", route.id(), w.into);
            self.add_compartment(depot.clone(), &drug, None, CompartmentKind::Ordinary, at.clone())?;
            let from = self.target(&depot, &drug, at.clone())?;
            let split = vec![Split { into, share: None, yields: None, apparent: false }];
            self.model.flows.push(Flow { from, pace: Pace::Rate(ka), split });
            into = from;
        }
        let share = match w.share.as_deref() {
            None | Some("rest") => None,
            Some(text) => Some(self.expr(text, Dim::NONE, here("share"))?),
        };
        if route == Route::Iv && w.duration.is_some() {
            return Err(Error::input("an infusion's length belongs to the dose, not to the model")
                .remedy("leave `duration` out here")
                .at(here("duration")));
        }
        Ok(Way {
            into,
            share,
            share_later: self.opt_expr(w.share_of_later_sprays.as_ref(), Dim::NONE, here("share_of_later_sprays"))?,
            lag: self.opt_expr(w.lag.as_ref(), Dim::TIME, here("lag"))?,
            duration: self.opt_expr(w.duration.as_ref(), Dim::TIME, here("duration"))?,
        })
    }

    fn outputs(&mut self) -> Result<()> {
        let list = std::mem::take(&mut self.file.output);
        for (i, o) in list.iter().enumerate() {
            let at = path!["output", i];
            let here = |key: &str| [at.clone(), path![key]].concat();
            if self.model.output(&o.analyte, o.site).is_some() {
                return Err(Error::input(format!("{} at {} is read out twice", o.analyte, o.site.words()))
                    .remedy("keep one of the two outputs")
                    .at(at));
            }
            let reads = match (&o.compartment, o.follows, &o.rate) {
                (Some(name), None, None) => {
                    let c = self.target(name, &o.analyte, here("compartment"))?;
                    let held = &self.model.compartments[c];
                    if held.volume.is_none() {
                        return Err(Error::input(format!("\"{name}\" has no volume, so it has no concentration"))
                            .remedy(format!("give \"{name}\" a volume, or read another compartment"))
                            .at(here("compartment")));
                    }
                    if held.holds != o.analyte {
                        return Err(Error::input(format!("\"{name}\" holds {}, not {}", held.holds, o.analyte))
                            .remedy("read a compartment that holds the analyte, or correct `analyte`")
                            .at(here("compartment")));
                    }
                    Reading::Compartment(c)
                }
                (None, Some(site), Some(rate)) => {
                    if self.model.estimated_from == Site::Venous && o.site == Site::Venous {
                        return Err(Error::input("the model was fitted to venous samples, so its curve is venous already: a second venous delay would count it twice")
                            .remedy("read the compartment itself at site venous")
                            .at(here("follows")));
                    }
                    let of = self.model.outputs.iter().position(|p| p.analyte == o.analyte && p.site == site);
                    let Some(of) = of else {
                        return Err(Error::input(format!("{} at {} is not read out above", o.analyte, site.words()))
                            .remedy("put the output that is followed first")
                            .at(here("follows")));
                    };
                    Reading::Delay { of, rate: self.expr(rate, Dim::RATE, here("rate"))? }
                }
                _ => {
                    return Err(Error::input("an output reads a compartment, or follows another site at a rate")
                        .remedy("write compartment = \"...\", or follows = \"...\" with rate = \"...\"")
                        .at(at));
                }
            };
            let only = o.only.clone().map(|x| Only { routes: x.routes, infusion_at_least: x.infusion_at_least });
            self.model.outputs.push(Output {
                analyte: o.analyte.clone(),
                site: o.site,
                reads,
                only,
                note: o.note.clone(),
            });
        }
        if self.model.estimated_from == Site::Venous && self.model.outputs.iter().any(|o| o.site == Site::Arterial) {
            let i = self.model.outputs.iter().position(|o| o.site == Site::Arterial).unwrap_or(0);
            return Err(Error::input("the model was fitted to venous samples: it has no arterial curve")
                .remedy("leave out the output at site arterial, or correct `estimated_from`")
                .at(path!["output", i]));
        }
        if self.model.output(&self.model.drug, self.model.estimated_from).is_none() {
            return Err(Error::input(format!(
                "no output reads {} at the model's own site, {}",
                self.model.drug,
                self.model.estimated_from.words()
            ))
            .remedy(format!(
                "add an output with site = \"{}\", or correct `estimated_from`",
                self.model.estimated_from.id()
            ))
            .at(path!["output"]));
        }
        Ok(())
    }

    fn ranges(&mut self) -> Result<()> {
        for (i, r) in std::mem::take(&mut self.file.range).into_iter().enumerate() {
            if !self.model.routes.contains_key(&r.route) {
                return Err(Error::input(format!("there is a range for {}, but no such route", r.route.id()))
                    .remedy(suggestion("", self.model.routes.keys().map(|r| r.id())))
                    .at(path!["range", i, "route"]));
            }
            let low = self.range_end(r.low, path!["range", i, "low"])?;
            let high = self.range_end(r.high, path!["range", i, "high"])?;
            self.model.ranges.push(Range { route: r.route, above: r.above, low, high, note: r.note });
        }
        Ok(())
    }

    fn range_end(&self, end: file::RangeEndFile, at: Vec<Step>) -> Result<RangeEnd> {
        let mut set = BTreeMap::new();
        for (name, formula) in end.set {
            let at = [at.clone(), path!["set", &name]].concat();
            let Some(dim) = self.model.parameters.iter().find(|p| p.name == name).map(|p| p.dim) else {
                let known = self.model.parameters.iter().map(|p| p.name.as_str());
                return Err(Error::input(format!("\"{name}\" is no parameter"))
                    .remedy(suggestion(&name, known))
                    .at(at));
            };
            set.insert(name, self.expr(&formula, dim, at)?);
        }
        Ok(RangeEnd { label: end.label, set })
    }

    fn checkpoints(&mut self) -> Result<()> {
        for (i, c) in std::mem::take(&mut self.file.checkpoint).into_iter().enumerate() {
            let at = path!["checkpoint", i];
            let (dim, example) = match c.quantity {
                CheckedQuantity::Cmax => (Dim::CONCENTRATION, "43.8 ng/mL"),
                CheckedQuantity::Auc => (Dim::EXPOSURE, "147 ng*h/mL"),
            };
            let expect = Quantity::parse_as(&c.expect, dim, example)
                .map_err(|e| e.at([at.clone(), path!["expect"]].concat()))?;
            let within = Quantity::parse_as(&c.within, Dim::NONE, "5 %")
                .map_err(|e| e.at([at.clone(), path!["within"]].concat()))?;
            if c.dose.is_empty() {
                return Err(Error::input("the checkpoint has no dose")
                    .remedy("write for example dose = [{ route = \"iv\", amount = \"35 mg\" }]")
                    .at([at, path!["dose"]].concat()));
            }
            self.known_analyte(&c.analyte, &at)?;
            for (k, dose) in c.dose.iter().enumerate().filter(|(_, d)| !self.model.routes.contains_key(&d.route)) {
                return Err(Error::input(format!(
                    "the checkpoint is by route {}, which the model has not",
                    dose.route.id()
                ))
                .remedy(suggestion("", self.model.routes.keys().map(|r| r.id())))
                .at([at, path!["dose", k, "route"]].concat()));
            }
            crate::regimen::check_regimen(&c.dose, Time::from_hours(f64::MAX)).map_err(|e| e.within(at))?;
            self.model.checkpoints.push(Checkpoint {
                from: c.from,
                weight: c.weight,
                doses: c.dose,
                analyte: c.analyte,
                quantity: c.quantity,
                auc_to: c.auc_to,
                expect,
                within,
                known_discrepancy: c.known_discrepancy,
            });
        }
        Ok(())
    }

    // ---- the whole -----------------------------------------------------------------------------

    /// Every compartment can be entered from some route, and left again.
    fn topology(&self) -> Result<()> {
        let model = &self.model;
        let n = model.compartments.len();
        if n > MOST_COMPARTMENTS {
            return Err(Error::input(format!("the model has {n} compartments, transits and sinks counted"))
                .remedy(format!("at most {MOST_COMPARTMENTS}")));
        }
        let mut edges: Vec<(usize, usize)> =
            model.flows.iter().flat_map(|f| f.split.iter().map(|s| (f.from, s.into))).collect();
        let mut entered = vec![false; n];
        for route in model.routes.values() {
            route.ways.iter().for_each(|w| entered[w.into] = true);
            if let Some(h) = &route.hold {
                edges.extend([(h.mouth, h.swallow), (h.mouth, h.spit)]);
            }
        }
        spread_along(&edges, &mut entered);
        let place = |name: &str| {
            let listed = self.file.compartments.0.iter().any(|(k, _)| k == name);
            if listed { path!["compartments", name] } else { Vec::new() }
        };
        if let Some(i) = (0..n).find(|&i| !entered[i]) {
            let name = &model.compartments[i].name;
            return Err(Error::input(format!("nothing ever reaches the compartment \"{name}\""))
                .remedy("let a route or a flow lead into it, or take it out")
                .at(place(name)));
        }
        let mut left: Vec<bool> = model.compartments.iter().map(|c| c.kind == CompartmentKind::Sink).collect();
        let back: Vec<(usize, usize)> = edges.iter().map(|&(a, b)| (b, a)).collect();
        spread_along(&back, &mut left);
        if let Some(i) = (0..n).find(|&i| !left[i]) {
            let name = &model.compartments[i].name;
            return Err(Error::input(format!("drug can never leave \"{name}\""))
                .remedy("let a flow lead from it, in the end to \"eliminated\"")
                .at(place(name)));
        }
        Ok(())
    }

    /// The values must be possible for everybody the file says it is for.
    fn numbers(&self) -> Result<()> {
        let model = &self.model;
        if let Some([low, high]) = model.weight {
            ordered(low.kg(), high.kg(), "body weight", path!["applies_to", "weight"])?;
        }
        if let Some([low, high]) = model.age {
            ordered(low.years(), high.years(), "age", path!["applies_to", "age"])?;
        }
        let middle = Subject::default();
        let weights = model.weight.map_or(vec![middle.weight], |[a, b]| vec![a, middle.weight, b]);
        let ages = model.age.map_or(vec![middle.age], |[a, b]| vec![a, middle.age, b]);
        let none = BTreeMap::new();
        let ends = model.ranges.iter().flat_map(|r| [&r.low.set, &r.high.set]);
        for set in std::iter::once(&none).chain(ends) {
            for &weight in &weights {
                for &age in &ages {
                    for (sex, _) in Sex::ALL {
                        for (ancestry, _) in Ancestry::ALL {
                            Individual::typical(model, &Subject { weight, age, sex, ancestry }, set)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

fn check_head(file: &ModelFile) -> Result<()> {
    if let Some(format) = file.format.filter(|f| *f != 1) {
        return Err(Error::input(format!("format {format} is not known"))
            .remedy("this version reads format 1")
            .at(path!["format"]));
    }
    if file.id.is_empty() || !file.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        return Err(Error::input(format!("\"{}\" cannot be an id", file.id))
            .remedy("an id has small letters, digits and hyphens, for example \"author-2021\"")
            .at(path!["id"]));
    }
    if file.source.0.is_empty() {
        return Err(Error::input("the model names no source").remedy("add [source.key] with a citation"));
    }
    for (key, s) in &file.source.0 {
        if s.citation.trim().is_empty() {
            return Err(Error::input(format!("the source \"{key}\" has no citation"))
                .remedy("write authors, title, journal, year; volume: pages")
                .at(path!["source", key]));
        }
    }
    Ok(())
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

fn ordered(low: f64, high: f64, what: &str, at: Vec<Step>) -> Result<()> {
    if low <= high {
        return Ok(());
    }
    Err(Error::input(format!("the range of {what} has its lower end above its upper end"))
        .remedy("write the lower value first")
        .at(at))
}

fn one_rest(rests: impl Iterator<Item = bool>, what: &str, at: &[Step]) -> Result<()> {
    match rests.filter(|r| *r).count() {
        1 => Ok(()),
        0 => Err(Error::input(format!("the shares of {what} leave open where the rest goes"))
            .remedy("give the last one share = \"rest\", for example into \"unabsorbed\"")
            .at(at.to_vec())),
        _ => Err(Error::input(format!("only one share of {what} can be \"rest\""))
            .remedy("write the others as fractions or formulas")
            .at(at.to_vec())),
    }
}

fn circular(later: &[(String, file::DerivedFile)]) -> Error {
    let names: Vec<&str> = later.iter().map(|(n, _)| n.as_str()).collect();
    let first = names.first().copied().unwrap_or("");
    Error::input(format!("derived parameters are defined by each other: {}", names.join(", ")))
        .remedy("let at least one of them depend on parameters alone")
        .at(path!["derived", first, "formula"])
}

fn in_unit(dim: Dim) -> String {
    if dim == Dim::NONE { "has no unit".to_owned() } else { format!("is in {dim}") }
}

/// Marks everything that can be reached along `edges` from what is marked.
fn spread_along(edges: &[(usize, usize)], marked: &mut [bool]) {
    loop {
        let before = marked.iter().filter(|m| **m).count();
        for &(a, b) in edges {
            marked[b] |= marked[a];
        }
        if marked.iter().filter(|m| **m).count() == before {
            return;
        }
    }
}
