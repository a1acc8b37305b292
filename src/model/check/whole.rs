//! Read-outs, ranges and checkpoints, and what only the whole model can show.

use super::*;
use crate::model::file;
use crate::subject::{Ancestry, Sex, Subject};
use crate::units::Quantity;

/// A model with more compartments than this could not be followed in a reasonable time.
const MOST_COMPARTMENTS: usize = 100;

impl Checker {
    pub(super) fn outputs(&mut self) -> Result<()> {
        let list = std::mem::take(&mut self.file.output);
        for (i, o) in list.iter().enumerate() {
            let at = path!["output", i];
            let here = |key: &str| [at.clone(), path![key]].concat();
            if self.model.output(&o.analyte, o.site).is_some() {
                return Err(Error::input(format!("{} at {} is read out twice", o.analyte, o.site.words()))
                    .remedy("keep one of the two outputs")
                    .at(at));
            }
            let reads = self.reading(o, &at)?;
            self.only_where_asked(o).map_err(|e| e.at(here("only")))?;
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

    /// What an output reads: a compartment, or another site behind a delay.
    fn reading(&mut self, o: &file::OutputFile, at: &[PathStep]) -> Result<Reading> {
        let here = |key: &str| [at.to_vec(), path![key]].concat();
        if o.shunt.is_some() && o.follows.is_none() {
            return Err(Error::input("`shunt` means nothing without `follows`: it is the share that is not delayed")
                .remedy("leave it out, or write follows = \"arterial\" with rate and shunt")
                .at(here("shunt")));
        }
        match (&o.compartment, o.follows, &o.rate) {
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
                Ok(Reading::Compartment(c))
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
                Ok(Reading::Delay {
                    of,
                    rate: self.expr(rate, Dim::RATE, here("rate"))?,
                    shunt: self.opt_expr(o.shunt.as_ref(), Dim::NONE, here("shunt"))?,
                })
            }
            _ => Err(Error::input("an output reads a compartment, or follows another site at a rate")
                .remedy("write compartment = \"...\", or follows = \"...\" with rate = \"...\"")
                .at(at.to_vec())),
        }
    }

    /// A scenario may ask for the drug at another site than the model's own; `only` limits that and nothing else.
    fn only_where_asked(&self, o: &file::OutputFile) -> Result<()> {
        let another_plasma = o.site != self.model.estimated_from && o.site != Site::Effect;
        if o.only.is_none() || (o.analyte == self.model.drug && another_plasma) {
            return Ok(());
        }
        let why = if another_plasma {
            format!("whether a scenario gets {} is decided for {}", o.site.words(), self.model.drug)
        } else if o.site == Site::Effect {
            "the effect site is drawn without being asked for".to_owned()
        } else {
            format!("{} is the model's own site, drawn without being asked for", o.site.words())
        };
        Err(Error::input(format!("`only` has no effect here: {why}"))
            .remedy("leave it out; it belongs to the drug's output at a second plasma site"))
    }

    pub(super) fn ranges(&mut self) -> Result<()> {
        for (i, r) in std::mem::take(&mut self.file.range).into_iter().enumerate() {
            if !self.model.routes.contains_key(&r.route) {
                return Err(Error::input(format!("there is a range for {}, but no such route", r.route.id()))
                    .remedy(suggestion("", self.model.routes.keys().map(|r| r.id())))
                    .at(path!["range", i, "route"]));
            }
            if r.after.is_some() && self.model.routes.get(&r.route).is_none_or(|route| route.hold.is_none()) {
                return Err(Error::input(format!(
                    "nothing is held by route {}, so nothing comes after it",
                    r.route.id()
                ))
                .remedy("leave `after` out; it belongs to a route with `hold`")
                .at(path!["range", i, "after"]));
            }
            self.dose_is_named = true;
            let low = self.range_end(r.low, path!["range", i, "low"])?;
            let high = self.range_end(r.high, path!["range", i, "high"])?;
            self.dose_is_named = false;
            let range = Range { route: r.route, above: r.above, after: r.after, low, high, note: r.note };
            if range.follows_dose() && range.above.is_none() {
                return Err(Error::input("a range that opens with the dose needs a dose at which it begins")
                    .remedy("write for example above = \"100 mg\"")
                    .at(path!["range", i, "route"]));
            }
            self.model.ranges.push(range);
        }
        Ok(())
    }

    fn range_end(&self, end: file::RangeEndFile, at: Vec<PathStep>) -> Result<RangeEnd> {
        Ok(RangeEnd { label: end.label, set: self.replaced(end.set, &at)? })
    }

    pub(super) fn conditions(&mut self) -> Result<()> {
        for (i, c) in std::mem::take(&mut self.file.condition).into_iter().enumerate() {
            let at = path!["condition", i];
            if let Some(route) = c.routes.iter().find(|r| !self.model.routes.contains_key(r)) {
                return Err(Error::input(format!("there is a condition on {}, but no such route", route.id()))
                    .remedy(suggestion("", self.model.routes.keys().map(|r| r.id())))
                    .at([at, path!["routes"]].concat()));
            }
            if c.routes.is_empty() || c.set.is_empty() {
                return Err(Error::input("a condition changes something, on a route")
                    .remedy("write routes = [\"po\"] and set = { CL = \"CL * share\" }")
                    .at(at));
            }
            let set = self.replaced(c.set, &at)?;
            self.model.conditions.push(ConditionRule { id: c.id, routes: c.routes, set, note: c.note });
        }
        Ok(())
    }

    /// Formulas that take the place of parameters.
    fn replaced(&self, formulas: BTreeMap<String, String>, at: &[PathStep]) -> Result<BTreeMap<String, Expr>> {
        let mut set = BTreeMap::new();
        for (name, formula) in formulas {
            let at: Vec<PathStep> = at.iter().cloned().chain(path!["set", &name]).collect();
            let Some(dim) = self.model.parameters.iter().find(|p| p.name == name).map(|p| p.dim) else {
                let known = self.model.parameters.iter().map(|p| p.name.as_str());
                return Err(Error::input(format!("\"{name}\" is no parameter"))
                    .remedy(suggestion(&name, known))
                    .at(at));
            };
            set.insert(name, self.expr(&formula, dim, at)?);
        }
        Ok(set)
    }

    pub(super) fn checkpoints(&mut self) -> Result<()> {
        for (i, c) in std::mem::take(&mut self.file.checkpoint).into_iter().enumerate() {
            let at = path!["checkpoint", i];
            let (dim, example) = match c.quantity {
                CheckedQuantity::Cmax => (Dim::CONCENTRATION, "43.8 ng/mL"),
                CheckedQuantity::Tmax => (Dim::TIME, "45 min"),
                CheckedQuantity::Auc => (Dim::EXPOSURE, "147 ng*h/mL"),
                CheckedQuantity::Concentration => (Dim::CONCENTRATION, "750 ng/mL"),
                CheckedQuantity::Clearance => (Dim::CLEARANCE, "89 L/h"),
                CheckedQuantity::Bioavailability => (Dim::NONE, "54 %"),
            };
            if (c.quantity == CheckedQuantity::Concentration) != c.at.is_some() {
                return Err(Error::input("`at` is the time of a checked concentration, and belongs to nothing else")
                    .remedy("write quantity = \"concentration\" with at = \"10 min\"")
                    .at([at, path!["at"]].concat()));
            }
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
            if let Some(k) = c.dose.iter().position(|d| !self.model.routes.contains_key(&d.route())) {
                return Err(Error::input(format!(
                    "the checkpoint is by route {}, which the model has not",
                    c.dose[k].route().id()
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
                at: c.at,
                expect,
                within,
                known_discrepancy: c.known_discrepancy,
            });
        }
        Ok(())
    }

    /// Every compartment can be entered from some route, and left again.
    pub(super) fn topology(&self) -> Result<()> {
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
    pub(super) fn numbers(&self) -> Result<()> {
        let model = &self.model;
        if let Some([low, high]) = model.weight {
            ordered(low.kg(), high.kg(), "body weight", path!["applies_to", "weight"])?;
        }
        if let Some([low, high]) = model.age {
            ordered(low.years(), high.years(), "age", path!["applies_to", "age"])?;
        }
        let typical = Subject::default();
        let half = |a: f64, b: f64| a + 0.5 * (b - a);
        let weights =
            model.weight.map_or(vec![typical.weight], |[a, b]| vec![a, Weight::from_kg(half(a.kg(), b.kg())), b]);
        let ages =
            model.age.map_or(vec![typical.age], |[a, b]| vec![a, Age::from_years(half(a.years(), b.years())), b]);
        let none = BTreeMap::new();
        // where a range begins, and for a dose far larger than anybody gives
        let doses = |r: &Range| [1.0, 1e3].map(|times| r.above.map_or(0.0, Amount::mg) * times);
        let ends = model.ranges.iter().flat_map(|r| doses(r).map(|mg| [r.low.set_of(mg), r.high.set_of(mg)]));
        let ends: Vec<_> = ends.flatten().chain(model.conditions.iter().map(|c| c.set.clone())).collect();
        // what nothing depends on need not be varied
        let acts = |by: Covariate| model.effects.iter().any(|e| e.by == by);
        let sexes = if acts(Covariate::Sex) { Sex::ALL.len() } else { 1 };
        let ancestries = if acts(Covariate::Ancestry) { Ancestry::ALL.len() } else { 1 };
        for set in std::iter::once(&none).chain(&ends) {
            for &weight in &weights {
                for &age in &ages {
                    for (sex, _) in Sex::ALL.into_iter().take(sexes) {
                        for (ancestry, _) in Ancestry::ALL.into_iter().take(ancestries) {
                            Individual::typical(model, &Subject { weight, age, sex, ancestry }, set)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }
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
