//! The people of a comparison: each is a heading over the cards of the arms that they are given.

use super::person::{self, PersonFields};
use crate::app::action::Action;
use crate::scenario::{Scenario, StudyArm};
use crate::subject::OwnSubject;
use egui::text::CCursorRange;
use egui::{Id, TextEdit, Ui};

/// Indices of the arms of one person: those that state the same of their own subject.
pub type Group = Vec<usize>;

/// The arms by person. Those of the scenario's own subject come first, even where there are none.
pub fn persons(arms: &[StudyArm]) -> Vec<Group> {
    let mut list: Vec<(OwnSubject, Group)> = vec![(OwnSubject::default(), Vec::new())];
    for (i, arm) in arms.iter().enumerate() {
        match list.iter_mut().find(|(own, _)| *own == arm.subject) {
            Some((_, group)) => group.push(i),
            None => list.push((arm.subject, vec![i])),
        }
    }
    list.into_iter().map(|(_, group)| group).collect()
}

/// The arms by person as the panel shows them. While a number is dragged the people stay apart, even where two of them
/// weigh the same on the way.
pub fn shown(ui: &Ui, arms: &[StudyArm]) -> Vec<Group> {
    let id = Id::unique("arms by person");
    let kept = ui.data(|d| d.get_temp::<Vec<Group>>(id));
    let whole = |groups: &Vec<Group>| groups.iter().map(Vec::len).sum::<usize>() == arms.len();
    let dragged = ui.ctx().dragged_id().is_some();
    let groups = kept.filter(|groups| dragged && whole(groups)).unwrap_or_else(|| persons(arms));
    ui.data_mut(|d| d.insert_temp(id, groups.clone()));
    groups
}

/// Shows the heading of a person whose weight or age the arms state themselves, by their number in the panel.
pub fn heading(ui: &mut Ui, scenario: &mut Scenario, group: &Group, number: usize, actions: &mut Vec<Action>) {
    let Some(first) = group.first().and_then(|i| scenario.arms.get(*i)) else { return };
    let (before, mut own) = (scenario.subject_of(first), first.subject);
    let mut subject = before.clone();
    ui.add_space(6.0);
    ui.separator();
    ui.horizontal(|ui| {
        let weight = person::fields(ui, &mut subject, &PersonFields::of(number));
        if ui.data(|d| d.get_temp::<usize>(added())) == Some(number) {
            ui.data_mut(|d| d.remove_temp::<usize>(added()));
            // the weight is what a second person is made for: typing replaces it
            let mut state = TextEdit::load_state(ui.ctx(), weight.id).unwrap_or_default();
            let digits = crate::units::number(subject.weight.kg());
            state.cursor.set_char_range(Some(CCursorRange::select_all_str(&digits)));
            state.store(ui.ctx(), weight.id);
            weight.request_focus();
            weight.scroll_to_me(Some(egui::Align::TOP));
        }
        let remove = ui.small_button("remove").on_hover_text("remove this person and their routes");
        super::named(&remove, format!("Remove person {number}"));
        if remove.clicked() {
            actions.push(Action::RemovePerson(group.clone()));
        }
    });
    if subject == before {
        return;
    }
    // what was changed is stated, also where it now equals that of the scenario
    if subject.weight != before.weight {
        own.weight = Some(subject.weight);
    }
    if subject.age != before.age {
        own.age = Some(subject.age);
    }
    if subject.sex != before.sex {
        own.sex = Some(subject.sex);
    }
    for i in group {
        scenario.arms[*i].subject = own;
    }
}

/// The button that copies the routes of the first person for another one.
pub fn another(ui: &mut Ui, groups: &[Group], actions: &mut Vec<Action>) {
    let help = "copies these routes for a second person, whose weight and age you then change";
    if ui.button("+ Another person").on_hover_text(help).clicked() {
        let first = groups.iter().find(|group| !group.is_empty());
        ui.data_mut(|d| d.insert_temp(added(), groups.len() + 1));
        actions.push(Action::AnotherPerson(first.cloned().unwrap_or_default()));
    }
}

/// Where the number of a person is kept who was just added.
fn added() -> Id {
    Id::unique("person just added")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::Library;
    use crate::units::Weight;

    #[test]
    fn arms_of_one_person_stand_together() {
        let library = Library::embedded().unwrap();
        let mut scenario = Scenario::from_toml("opening", Scenario::OPENING, &library).unwrap();
        assert_eq!(persons(&scenario.arms), [vec![0, 1, 2, 3, 4]]);
        for i in [1, 3] {
            scenario.arms[i].subject.weight = Some(Weight::from_kg(110.0));
        }
        assert_eq!(persons(&scenario.arms), [vec![0, 2, 4], vec![1, 3]]);
        assert_eq!(persons(&[]), [Vec::<usize>::new()]);
    }
}
