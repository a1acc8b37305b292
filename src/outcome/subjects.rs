//! Who is given the arms of an outcome, in words.

use super::{ArmOutcome, Outcome};
use crate::subject::{Ancestry, Subject};

/// More subjects than this are counted, not listed.
const MOST_LISTED: usize = 3;

impl Outcome {
    /// Who is given the arms, each once, in the order of the arms; the scenario's subject where there are no arms.
    pub fn subjects(&self) -> Vec<&Subject> {
        let mut list: Vec<&Subject> = Vec::new();
        for arm in &self.arms {
            if !list.contains(&&arm.subject) {
                list.push(&arm.subject);
            }
        }
        if list.is_empty() { vec![&self.subject] } else { list }
    }

    /// "70 kg, 40 y, sex not stated"; of two or three "50 kg, 40 y, female and 110 kg, 40 y, male"; of more their number.
    pub fn who(&self) -> String {
        let subjects = self.subjects();
        if subjects.len() > MOST_LISTED {
            return format!("{} subjects, {}", subjects.len(), self.weights());
        }
        listed(&subjects.iter().map(|s| s.words()).collect::<Vec<_>>())
    }

    /// "70 kg", "50 kg and 110 kg", "12 kg to 110 kg".
    pub fn weights(&self) -> String {
        let mut list: Vec<_> = self.subjects().iter().map(|s| s.weight).collect();
        list.sort_by(|a, b| a.kg().total_cmp(&b.kg()));
        list.dedup();
        match list.as_slice() {
            [first, .., last] if list.len() > MOST_LISTED => format!("{first} to {last}"),
            all => listed(&all.iter().map(ToString::to_string).collect::<Vec<_>>()),
        }
    }

    /// The same, with what tells the subject of each arm from those of the others.
    #[must_use]
    pub(super) fn told_apart(mut self) -> Self {
        let apart: Vec<_> = self.arms.iter().map(|arm| self.apart(arm)).collect();
        self.arms.iter_mut().zip(apart).for_each(|(arm, apart)| arm.apart = apart);
        self
    }

    fn apart(&self, arm: &ArmOutcome) -> Option<String> {
        let subjects = self.subjects();
        let differ = |same: &dyn Fn(&Subject) -> bool| subjects.iter().any(|s| !same(s));
        let own = &arm.subject;
        let mut parts = Vec::new();
        if differ(&|s| s.weight == own.weight) {
            parts.push(own.weight.to_string());
        }
        if differ(&|s| s.age == own.age) {
            parts.push(own.age.to_string());
        }
        if differ(&|s| s.sex == own.sex) {
            parts.push(own.sex.words().to_owned());
        }
        if differ(&|s| s.ancestry == own.ancestry) {
            let stated = own.ancestry != Ancestry::Unstated;
            parts.push(if stated { own.ancestry.as_str().to_owned() } else { "ancestry not stated".to_owned() });
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// "a", "a and b", "a; b and c" where the parts have commas.
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => {
            let commas = parts.iter().any(|p| p.contains(", "));
            format!("{}{} {last}", before.join(if commas { "; " } else { ", " }), if commas { "; and" } else { " and" })
        }
    }
}
