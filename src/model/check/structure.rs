//! Structure of a model file: compartments, flows between them, ways in; short-hands are lowered.

use super::*;
use crate::model::file;

/// Where drug can end. `eliminated` is filled by elimination, the others say why drug never arrived.
const SINKS: [&str; 4] = ["eliminated", "presystemic", "unabsorbed", "spat"];

impl Checker {
    pub(super) fn compartments(&mut self) -> Result<()> {
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
            forms::of_compartment(&c).map_err(|e| e.within(at.clone()))?;
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
        at: Vec<PathStep>,
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
    pub(super) fn target(&mut self, name: &str, analyte: &str, at: Vec<PathStep>) -> Result<usize> {
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

    /// Where drug flows to: not a mouth, into which only doses go.
    fn inflow(&mut self, name: &str, analyte: &str, at: Vec<PathStep>) -> Result<usize> {
        let into = self.target(name, analyte, at.clone())?;
        if self.model.compartments[into].kind == CompartmentKind::Mouth {
            return Err(Error::input(format!("drug cannot flow into \"{name}\", the mouth in which doses are held"))
                .remedy("let a way of [routes.sl] lead into the mouth, and flows out of it only")
                .at(at));
        }
        Ok(into)
    }

    /// Where drug flows from: not a sink.
    fn outflow(&mut self, name: &str, at: Vec<PathStep>) -> Result<usize> {
        if SINKS.contains(&name) {
            return Err(Error::input(format!("\"{name}\" is a sink: drug ends there and cannot flow on"))
                .remedy("let the flow begin at a compartment, or lead the drug into one instead of the sink")
                .at(at));
        }
        self.target(name, "", at)
    }

    /// The two compartments of a flow that goes both ways.
    fn exchanging(&mut self, [a, b]: [&String; 2], at: &[PathStep]) -> Result<(usize, usize)> {
        let ends = (self.outflow(a, at.to_vec())?, self.outflow(b, at.to_vec())?);
        let (held_a, held_b) = (self.holds(ends.0), self.holds(ends.1));
        if held_a != held_b {
            return Err(Error::input(format!(
                "\"{a}\" holds {held_a} and \"{b}\" holds {held_b}: they cannot exchange"
            ))
            .remedy("a change of analyte goes one way: write a flow with `from`, `into` and `yield`")
            .at(at.to_vec()));
        }
        self.inflow(a, &held_a, at.to_vec())?;
        self.inflow(b, &held_b, at.to_vec())?;
        Ok(ends)
    }

    /// One destination of a flow; a yield belongs to a change of analyte.
    fn split(
        &self,
        [from, into]: [usize; 2],
        share: Option<Expr>,
        yields: Option<&String>,
        apparent: bool,
        at: &[PathStep],
    ) -> Result<Split> {
        let here = |key: &str| [at.to_vec(), path![key]].concat();
        let held = self.holds(from);
        if yields.is_some() && held == self.holds(into) {
            let name = &self.model.compartments[into].name;
            return Err(Error::input(format!(
                "`yield` belongs to a change of analyte, but \"{name}\" gets {held} as it is"
            ))
            .remedy("leave it out; what does not arrive is a share into a sink, with `split`")
            .at(here("yield")));
        }
        if apparent && yields.is_none() {
            return Err(Error::input("`apparent` says that a yield may exceed 1, but there is no `yield`")
                .remedy("add `yield`, or leave `apparent` out")
                .at(here("apparent")));
        }
        let yields = self.opt_expr(yields, Dim::NONE, here("yield"))?;
        Ok(Split { into, share, yields, apparent })
    }

    fn holds(&self, i: usize) -> String {
        self.model.compartments[i].holds.clone()
    }

    pub(super) fn flows(&mut self) -> Result<()> {
        for (i, d) in self.file.disposition.clone().iter().enumerate() {
            self.disposition_flows(d, &["disposition".into(), i.into()])?;
        }
        for (name, c) in self.file.compartments.clone().0 {
            if let Some(n) = c.transits {
                self.chain(&name, n, &c)?;
            }
        }
        for (i, f) in self.file.flow.clone().into_iter().enumerate() {
            self.one_flow(f, &["flow".into(), i.into()])?;
        }
        Ok(())
    }

    fn disposition_flows(&mut self, d: &file::DispositionFile, at: &[PathStep]) -> Result<()> {
        let here = |key: &str| [at.to_vec(), path![key]].concat();
        let n = d.V.len();
        let central = self.target(&d.of, &d.of, at.to_vec())?;
        let into = d.cleared_into.as_deref().unwrap_or("eliminated");
        let into = self.inflow(into, &d.of, here("cleared_into"))?;
        let split = vec![self.split([central, into], None, d.yields.as_ref(), d.apparent, at)?];
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
        let first = self.target(name, &c.holds, at.clone())?;
        let last = first + n as usize - 1;
        for from in first..last {
            let split = vec![Split { into: from + 1, share: None, yields: None, apparent: false }];
            self.model.flows.push(Flow { from, pace: Pace::Rate(rate.clone()), split });
        }
        let into = self.inflow(into, &c.holds, here("into"))?;
        let split = vec![self.split([last, into], None, c.yields.as_ref(), c.apparent, &at)?];
        self.model.flows.push(Flow { from: last, pace: Pace::Rate(rate), split });
        Ok(())
    }

    fn one_flow(&mut self, f: file::FlowFile, at: &[PathStep]) -> Result<()> {
        let here = |key: &str| [at.to_vec(), path![key]].concat();
        forms::of_flow(&f).map_err(|e| e.within(at.to_vec()))?;
        let pace = match (&f.rate, &f.clearance, &f.vmax, &f.km) {
            (Some(rate), None, None, None) => Pace::Rate(self.expr(rate, Dim::RATE, here("rate"))?),
            (None, Some(clearance), None, None) => {
                Pace::Clearance(self.expr(clearance, Dim::CLEARANCE, here("clearance"))?)
            }
            (None, None, Some(vmax), Some(km)) => Pace::Saturable {
                vmax: self.expr(vmax, Dim::DRUG_RATE, here("vmax"))?,
                km: self.expr(km, Dim::CONCENTRATION, here("km"))?,
            },
            _ => {
                return Err(Error::input("a flow has either a rate, or a clearance, or vmax and km")
                    .remedy("write rate = \"...\" (1/h), or clearance = \"...\" (L/h), or vmax = \"...\" (mg/h) and km = \"...\" (mg/L)")
                    .at(at.to_vec()));
            }
        };
        if let Some([a, b]) = &f.between {
            if let Pace::Saturable { .. } = pace {
                return Err(Error::input("what goes both ways is not saturable here")
                    .remedy("write two flows with `from` and `into`, or a rate or a clearance for `between`")
                    .at(here("vmax")));
            }
            let (a, b) = self.exchanging([a, b], &here("between"))?;
            self.volumes_for(&pace, &[a, b], at)?;
            self.exchange(a, b, pace.clone(), pace);
            return Ok(());
        }
        let Some(from) = &f.from else {
            return Err(Error::input("a flow says where it comes from")
                .remedy("write from = \"...\" or between = [\"...\", \"...\"]")
                .at(at.to_vec()));
        };
        let from = self.outflow(from, here("from"))?;
        if let (Pace::Saturable { .. }, CompartmentKind::Mouth) = (&pace, self.model.compartments[from].kind) {
            return Err(Error::input("what leaves the mouth is not saturable here")
                .remedy("give the flow a rate: what is left at the end of a hold is worked out from it")
                .at(here("vmax")));
        }
        self.volumes_for(&pace, &[from], at)?;
        let analyte = self.holds(from);
        let mut split = Vec::new();
        match (&f.into, f.split.is_empty()) {
            (Some(into), true) => {
                let into = self.inflow(into, &analyte, here("into"))?;
                split.push(self.split([from, into], None, f.yields.as_ref(), f.apparent, at)?);
            }
            (None, false) => {
                for (k, s) in f.split.iter().enumerate() {
                    let at = [at.to_vec(), path!["split", k]].concat();
                    let here = |key: &str| [at.clone(), path![key]].concat();
                    let into = self.inflow(&s.into, &analyte, here("into"))?;
                    let share =
                        if s.share == "rest" { None } else { Some(self.expr(&s.share, Dim::NONE, here("share"))?) };
                    split.push(self.split([from, into], share, s.yields.as_ref(), s.apparent, &at)?);
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

    fn volumes_for(&self, pace: &Pace, of: &[usize], at: &[PathStep]) -> Result<()> {
        let lacking = of.iter().find(|&&i| self.model.compartments[i].volume.is_none());
        match (pace, lacking) {
            (Pace::Clearance(_) | Pace::Saturable { .. }, Some(&i)) => {
                let name = &self.model.compartments[i].name;
                let what = if matches!(pace, Pace::Saturable { .. }) { "a saturable flow" } else { "a clearance" };
                Err(Error::input(format!("{what} from \"{name}\" needs its volume"))
                    .remedy(format!("give \"{name}\" a volume, or the flow a rate instead"))
                    .at(at.to_vec()))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn routes(&mut self) -> Result<()> {
        for (route, r) in std::mem::take(&mut self.file.routes) {
            let at = path!["routes", route.id()];
            let here = |key: &str| [at.clone(), path![key]].concat();
            if let Some([low, high]) = r.studied {
                ordered(low.mg(), high.mg(), "studied doses", here("studied"))?;
            }
            let mut ways = Vec::new();
            for (k, w) in r.ways.iter().enumerate() {
                let at = [here("ways"), path![k]].concat();
                forms::of_way(w, r.sprays.is_some()).map_err(|e| e.within(at.clone()))?;
                ways.push(self.way(route, w, at)?);
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
            let hold = r.hold.as_ref().map(|h| self.hold(h, &here("hold"))).transpose()?;
            self.mouths_of(&ways, &r.ways, hold.as_ref(), &at)?;
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

    fn hold(&mut self, h: &file::HoldFile, at: &[PathStep]) -> Result<Hold> {
        let here = |key: &str| [at.to_vec(), path![key]].concat();
        let drug = self.model.drug.clone();
        let mouth = self.target(&h.mouth, &drug, here("mouth"))?;
        if self.model.compartments[mouth].kind != CompartmentKind::Mouth {
            return Err(Error::input(format!("\"{}\" cannot hold a dose in the mouth", h.mouth))
                .remedy("list the mouth under [compartments], without `transits`")
                .at(here("mouth")));
        }
        let mut rest = |name: &str, key: &str| {
            let into = self.inflow(name, &drug, here(key))?;
            let held = self.holds(into);
            if held == drug {
                return Ok(into);
            }
            Err(Error::input(format!("the rest of a held dose is {drug}, but \"{name}\" holds {held}"))
                .remedy("let it go to a compartment of the drug, or a sink")
                .at(here(key)))
        };
        let (swallow, spit) = (rest(&h.swallow, "swallow")?, rest(&h.spit, "spit")?);
        let default = self.expr(&h.default, Dim::TIME, here("default"))?;
        Ok(Hold { mouth, default, default_after: h.default_after, swallow, spit, studied: h.studied })
    }

    /// Ways lead into a mouth where the dose is held there, and nowhere else.
    fn mouths_of(&self, ways: &[Way], files: &[file::WayFile], hold: Option<&Hold>, at: &[PathStep]) -> Result<()> {
        let mouth = hold.map(|h| h.mouth);
        for (k, (way, w)) in ways.iter().zip(files).enumerate() {
            let here = |key: &str| [at.to_vec(), path!["ways", k, key]].concat();
            if self.model.compartments[way.into].kind != CompartmentKind::Mouth {
                continue;
            }
            if mouth != Some(way.into) {
                return Err(Error::input(format!(
                    "\"{}\" is the mouth of [routes.sl]: no other dose is held there",
                    w.into
                ))
                .remedy("let the way lead elsewhere, or the dose be one under the tongue")
                .at(here("into")));
            }
            if w.duration.is_some() {
                return Err(held_whole("duration").at(here("duration")));
            }
        }
        if let Some(mouth) = mouth.filter(|m| ways.iter().all(|w| w.into != *m)) {
            let name = &self.model.compartments[mouth].name;
            return Err(Error::input(format!("the dose is held in \"{name}\", but no way leads there"))
                .remedy(format!("write a way with into = \"{name}\", or leave `hold` out"))
                .at([at.to_vec(), path!["hold", "mouth"]].concat()));
        }
        Ok(())
    }

    /// A new compartment between a dose and where a way with `ka` leads.
    fn depot(&mut self, route: Route, into: &str, at: Vec<PathStep>) -> Result<usize> {
        let first = format!("{}_depot_{into}", route.id());
        let taken = |name: &String| self.model.compartments.iter().any(|c| c.name == *name);
        let numbered = (2..).map(|n: usize| format!("{first}_{n}"));
        let name = std::iter::once(first.clone()).chain(numbered).find(|n| !taken(n)).unwrap_or_default();
        let drug = self.model.drug.clone();
        self.add_compartment(name, &drug, None, CompartmentKind::Ordinary, at)?;
        Ok(self.model.compartments.len() - 1)
    }

    fn way(&mut self, route: Route, w: &file::WayFile, at: Vec<PathStep>) -> Result<Way> {
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
            if self.model.compartments[into].kind == CompartmentKind::Mouth {
                return Err(held_whole("ka").at(here("ka")));
            }
            let from = self.depot(route, &w.into, at.clone())?;
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
}

/// What a way into a mouth cannot have.
fn held_whole(key: &str) -> Error {
    Error::input(format!("`{key}` would bypass the hold: a held dose is put into the mouth as a whole"))
        .remedy(format!("leave `{key}` out; the mouth empties by its own flows, written under [[flow]]"))
}

fn one_rest(rests: impl Iterator<Item = bool>, what: &str, at: &[PathStep]) -> Result<()> {
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
