//! The desktop app: edits a scenario and draws its outcome. It keeps nothing else.
//!
//! `advance` computes what changed and `draw` draws. Panels are functions over the data they edit.

mod action;
mod canvas;
mod cursor;
mod dialog;
mod evidence;
mod fault;
mod field;
mod modes;
mod offered;
mod panels;
mod people;
mod picture;
mod platform;
mod revision;
mod runner;
mod state;
mod theme;
mod visit;

pub use action::{Action, Purpose};
pub use cursor::{Cursor, Step};
pub use evidence::Evidence;
pub use fault::Fault;
pub use modes::Shape;
pub use people::People;
pub use picture::{PLOT, Picture};
#[cfg(not(target_arch = "wasm32"))]
pub use platform::{Keeper, flush};
pub use revision::Revised;
pub use runner::Shown;
pub use state::{Look, Mode, Side, State};
pub use visit::VisitPage;

use crate::error::{Error, Result};
use crate::figure::PointSet;
use crate::library::Library;
use crate::scenario::{Scenario, StudyArm};
use egui::util::undoer::{Settings, Undoer};
use egui::{CentralPanel, Key, KeyboardShortcut, Modifiers, Panel, Ui};
use revision::Noted;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The app with all its state.
pub struct App {
    /// Models and data.
    pub library: Revised<Arc<Library>>,
    /// What is kept between runs.
    pub state: State,
    /// What is on the screen.
    pub shown: Shown,
    /// Measurements for the evidence of an arm.
    pub evidence: Evidence,
    /// Virtual subjects, when they are switched on.
    pub people: People,
    /// The visit, when the timeline is shown.
    pub visit: VisitPage,
    /// Measured points shown over the curves.
    pub points: Revised<Vec<PointSet>>,
    /// Time at which everything is read.
    pub cursor: Cursor,
    /// Message of the last action: its success or its error.
    pub message: Option<Result<String>>,
    /// The state at the last comparison, and its revisions.
    noted: Noted,
    undoer: Undoer<Scenario>,
    dialog: dialog::Dialog,
    offered: Vec<StudyArm>,
    compared: panels::Compared,
    pace: Pace,
    help: bool,
    /// A panic inside a frame, until the user chooses how to go on.
    pub fault: Option<Fault>,
    #[cfg(not(target_arch = "wasm32"))]
    keeper: Option<Keeper>,
    /// Revisions of the state that was kept last.
    #[cfg(not(target_arch = "wasm32"))]
    kept: Option<revision::Revisions>,
}

/// The slowest frame of the last seconds, to check that the window is fast enough.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace {
    since: f64,
    /// Duration of the slowest frame, ms.
    pub slowest: f32,
}

impl Pace {
    /// Time after which a slow frame is forgotten, s.
    const SPAN: f64 = 10.0;

    fn frame(&mut self, now: f64, seconds: Option<f32>) {
        let ms = seconds.unwrap_or(0.0) * 1e3;
        if ms >= self.slowest || now - self.since > Self::SPAN {
            (self.since, self.slowest) = (now, ms);
        }
    }
}

/// Time after which an edit becomes an undo step, s.
const SETTLED: f32 = 0.6;
/// Scale of the window for a projector.
const PROJECTOR: f32 = 1.5;

impl App {
    /// The app at the opening screen.
    ///
    /// # Errors
    /// When the shipped files cannot be read, which tests exclude.
    pub fn new() -> Result<Self> {
        let library = Library::embedded()?;
        let state = State::opening(&library)?;
        let offered = offered::offered(&library)?;
        let settings = Settings { stable_time: SETTLED, ..Settings::default() };
        Ok(Self {
            library: Revised::new(Arc::new(library)),
            noted: Noted::new(state.clone()),
            state,
            shown: Shown::default(),
            evidence: Evidence::default(),
            people: People::default(),
            visit: VisitPage::default(),
            points: Revised::default(),
            cursor: Cursor::default(),
            message: None,
            undoer: Undoer::with_settings(settings),
            dialog: dialog::Dialog::default(),
            offered,
            compared: panels::Compared::default(),
            pace: Pace::default(),
            help: false,
            fault: None,
            #[cfg(not(target_arch = "wasm32"))]
            keeper: None,
            #[cfg(not(target_arch = "wasm32"))]
            kept: None,
        })
    }

    /// Restores the kept state in place of the opening screen.
    ///
    /// # Errors
    /// When it cannot be shown. The opening screen then stays.
    pub fn restore(&mut self, kept: &BTreeMap<String, String>) -> Result<()> {
        self.state = self.state.clone().restore(kept)?;
        Ok(())
    }

    /// Continues with the work in a file, and keeps the work there from now on. Work that cannot be shown is set aside
    /// under a new name, which the window reports.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn keep_in(&mut self, keeper: Keeper) {
        let kept = keeper.kept().and_then(|kept| kept.map_or(Ok(()), |kept| self.restore(&kept)));
        if let Err(why) = kept {
            let aside = keeper.set_aside();
            let place = match &aside {
                Ok(path) => format!("it is set aside as {}", path.display()),
                Err(e) => format!("and it cannot be set aside ({}): nothing is kept over it", e.what()),
            };
            let what = format!("your last work cannot be shown: {}; {place}", why.what());
            self.message = Some(Err(Error::input(what).remedy("this is the opening screen").remedy_of(&why)));
            if aside.is_err() {
                return;
            }
        } else if keeper.second {
            let file = keeper.path().display();
            self.message = Some(Ok(format!("another window is open: this one keeps its work in {file}")));
        }
        self.keeper = Some(keeper);
    }

    /// Writes a copy of the work beside the kept file. Returns its path.
    #[cfg(not(target_arch = "wasm32"))]
    fn copy_of(&self, work: &str) -> Option<String> {
        let folder = self.keeper.as_ref()?.path().parent()?;
        let path = crate::files::free_name(folder, "work-before-fault", ".toml")?;
        crate::files::write_atomic(&path, work.as_bytes()).ok()?;
        Some(path.display().to_string())
    }

    /// Writes nothing: a browser has no files.
    #[cfg(target_arch = "wasm32")]
    fn copy_of(&self, _work: &str) -> Option<String> {
        None
    }

    /// Discards everything derived from the state, so that it is made again.
    fn renew(&mut self) {
        (self.shown, self.evidence) = (Shown::default(), Evidence::default());
        (self.people, self.visit) = (People::default(), VisitPage::default());
        (self.compared, self.dialog, self.cursor) =
            (panels::Compared::default(), dialog::Dialog::default(), Cursor::default());
    }

    /// Sets fonts and themes; call once before the first frame.
    pub fn install(ctx: &egui::Context) {
        theme::install(ctx);
    }

    /// Computes what changed since the last frame.
    pub fn advance(&mut self, ctx: &egui::Context) {
        let theme = if self.state.look.dark { egui::Theme::Dark } else { egui::Theme::Light };
        if ctx.theme() != theme {
            ctx.set_theme(theme);
        }
        let zoom = if self.state.look.projector { PROJECTOR } else { 1.0 };
        if ctx.zoom_factor() != zoom {
            ctx.set_zoom_factor(zoom);
        }
        self.note();
        let revisions = self.noted.revisions();
        let view = &self.state.look.view;
        self.shown.update(ctx, (&self.state.scenario, revisions.run), &self.library);
        self.shown.set_level(self.state.scenario.level());
        self.people.update(ctx, (self.shown.scenario(), self.shown.simulated()), view, &self.library);
        let people = (self.people.outcome.as_ref(), self.people.changes);
        self.shown.draw((view, revisions.view), &self.points, people, &self.library);
        let played = self.shown.figure().filter(|_| self.state.look.mode == Mode::Compare);
        panels::play_on(ctx, played, &mut self.cursor);
        (self.state.look.mode.shape().update)(self, ctx);
        let now = ctx.input(|i| i.time);
        self.undoer.feed_state(now, &self.state.scenario);
        if self.undoer.is_in_flux() {
            ctx.request_repaint_after_secs(SETTLED + 0.05);
        }
    }

    /// Draws the window, or the page after a panic.
    pub fn show(&mut self, ui: &mut Ui) {
        self.frame(|app| app.draw(ui));
        self.after_fault(ui);
    }

    /// Draws the window and applies the requested actions.
    pub fn draw(&mut self, ui: &mut Ui) {
        let alone = |app: &Self| (app.state.look.mode.shape().alone)(&app.state);
        let mut actions = Vec::new();
        let framed = !alone(self);
        if framed {
            self.shortcuts(ui, &mut actions);
            self.drops(ui, &mut actions);
            self.frame_of_modes(ui, &mut actions);
        }
        let mode = self.state.look.mode.shape();
        if framed {
            (mode.panels)(self, ui, &mut actions);
        }
        CentralPanel::default().show(ui, |ui| {
            (mode.toolbar)(self, ui, &mut actions);
            (mode.view)(self, ui, &mut actions);
        });
        if framed {
            self.dialog.show(ui, &mut actions);
            let view = &mut self.state.look.view;
            panels::compare(ui, &mut self.compared, view, &self.shown, &self.people, &self.library);
            panels::help(ui, &mut self.help);
        }
        let ctx = ui.ctx().clone();
        for action in actions {
            self.apply(action, &ctx);
        }
        self.changed(ui);
    }

    /// Draws the toolbar and the status line, which every mode has.
    fn frame_of_modes(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        Panel::top("toolbar").exact_size(38.0).show(ui, |ui| {
            let undo = (self.undoer.has_undo(&self.state.scenario), self.undoer.has_redo(&self.state.scenario));
            panels::toolbar(ui, &mut self.state, undo, !self.points.is_empty(), &mut self.help, actions);
        });
        Panel::bottom("status")
            .exact_size(26.0)
            .show(ui, |ui| panels::status(ui, &mut self.shown, self.pace, &mut self.message));
    }

    /// Compares the state with the last one and updates the revisions. Returns whether anything changed.
    fn note(&mut self) -> bool {
        self.noted.note(&self.state)
    }

    /// Requests the next frame, which runs the edit, and gives the state to the keeping thread, even if this frame
    /// fails.
    fn changed(&mut self, ui: &Ui) {
        if self.note() {
            ui.ctx().request_repaint();
        }
        #[cfg(not(target_arch = "wasm32"))]
        if let Some(keeper) = &self.keeper {
            let revisions = Some(self.noted.revisions());
            if self.kept != revisions {
                keeper.keep(&self.state.entries());
                self.kept = revisions;
            }
            if let Some(failure) = keeper.failure() {
                self.message = Some(Err(failure));
            }
        }
    }

    /// Replaces the kept scenario by another one. Undo brings the old one back.
    pub fn take(&mut self, name: &str, scenario: Scenario) {
        self.undoer.add_undo(&self.state.scenario);
        self.state.scenario = scenario;
        self.message = Some(Ok(format!("opened {name}")));
    }

    /// Opens the file dialog.
    pub fn ask(&mut self, purpose: Purpose) {
        self.dialog.ask(purpose);
    }

    fn shortcuts(&mut self, ui: &Ui, actions: &mut Vec<Action>) {
        let typing = ui.ctx().text_edit_focused();
        let key = |modifiers: Modifiers, key: Key| {
            ui.input_mut(|i| i.consume_shortcut(&KeyboardShortcut::new(modifiers, key)))
        };
        let command = Modifiers::COMMAND;
        if !typing {
            // shift first, because a shortcut without it would consume the key
            if key(command | Modifiers::SHIFT, Key::Z) || key(command, Key::Y) {
                actions.push(Action::Redo);
            } else if key(command, Key::Z) {
                actions.push(Action::Undo);
            }
        }
        if key(command, Key::O) {
            actions.push(Action::Ask(Purpose::Open));
        }
        if key(command, Key::S) {
            actions.push(Action::Ask(Purpose::Save));
        }
        if key(command, Key::E) {
            actions.push(Action::Ask(Purpose::Picture(picture::PLOT, crate::export::Format::Svg)));
        }
        if !typing && self.state.look.mode == Mode::Compare && key(Modifiers::NONE, Key::T) {
            self.toggle_level(ui.ctx());
        }
        for mode in Mode::ALL {
            if key(command, mode.shape().key) {
                self.state.look.mode = mode;
            }
        }
        if key(Modifiers::NONE, Key::F1) {
            self.help = !self.help;
        }
    }

    /// Switches the level line on, where it was last or in the middle of the axis, or off.
    fn toggle_level(&mut self, ctx: &egui::Context) {
        let Some(figure) = self.shown.figure().filter(|_| panels::is_drawn(&self.shown)) else { return };
        let next = self.state.look.level.unwrap_or_else(|| panels::first_level(figure));
        let on = self.state.scenario.level().is_none();
        self.state.set_level(on.then_some(next));
        if on {
            panels::focus_handle(ctx);
        }
    }

    /// Handles files dropped on the window: a scenario, a model, effect levels or measured points, by file extension.
    fn drops(&mut self, ui: &Ui, actions: &mut Vec<Action>) {
        let dropped = ui.input(|i| i.raw.dropped_files.clone());
        for file in dropped {
            let path = file.path().display().to_string();
            let text = if path.ends_with(".toml") {
                platform::read_text(&path, crate::scenario::LARGEST_FILE)
            } else {
                Ok(String::new())
            };
            match text {
                Ok(text) if path.ends_with(".toml") => {
                    let purpose = match text {
                        t if t.contains("estimated_from") => Purpose::Model,
                        t if t.contains("[[pair]]") => Purpose::Effects,
                        _ => Purpose::Open,
                    };
                    actions.push(Action::With(purpose, path));
                }
                Ok(_) if path.ends_with(".csv") => actions.push(Action::With(Purpose::Points, path)),
                Ok(_) => {
                    let error = Error::input(format!("{path} cannot be opened"));
                    self.message =
                        Some(Err(error.remedy("drop a scenario, model or levels (.toml) or measured points (.csv)")));
                }
                Err(error) => self.message = Some(Err(error)),
            }
        }
    }

    fn step_back(&mut self) {
        if let Some(earlier) = self.undoer.undo(&self.state.scenario) {
            self.state.scenario = earlier.clone();
        }
    }

    fn step_forward(&mut self) {
        if let Some(later) = self.undoer.redo(&self.state.scenario) {
            self.state.scenario = later.clone();
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.frame(|app| app.advance(ctx));
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        self.pace.frame(ui.input(|i| i.time), frame.info().cpu_usage);
        self.show(ui);
    }

    /// A browser keeps the entries itself. A desktop uses [`Keeper`].
    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        if cfg!(target_arch = "wasm32") {
            self.state.entries().into_iter().for_each(|(key, text)| storage.set_string(&key, text));
        }
    }

    fn auto_save_interval(&self) -> std::time::Duration {
        std::time::Duration::from_secs(3)
    }

    #[cfg(target_arch = "wasm32")]
    fn as_any_mut(&mut self) -> Option<&mut dyn std::any::Any> {
        Some(&mut *self)
    }
}

/// Opens the window with a scenario and its file name, or with the kept work. Returns when it is closed.
///
/// # Errors
/// When there is no usable display: none set, a stale one, no OpenGL.
#[cfg(not(target_arch = "wasm32"))]
pub fn open(scenario: Option<(String, Scenario)>) -> Result<()> {
    platform::display()?;
    let no_window = |e: eframe::Error| {
        let why = e.to_string();
        // the window library puts source locations before the cause
        let cause = why.rsplit(": ").next().unwrap_or(&why);
        Error::cannot(format!("no window can be opened ({cause})"))
    };
    let viewport = egui::ViewportBuilder::default()
        .with_title("ketasim")
        .with_app_id("ketasim")
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size([900.0, 560.0]);
    // the state of the window itself is kept beside the work, which has a file of its own
    let folder = eframe::storage_dir("ketasim");
    let persistence_path = folder.as_ref().map(|f| f.join("window.ron"));
    let options = eframe::NativeOptions { viewport, persistence_path, ..Default::default() };
    let start = Box::new(|cc: &eframe::CreationContext<'_>| {
        App::install(&cc.egui_ctx);
        let mut app = App::new()?;
        let folder = folder.ok_or_else(|| Error::cannot("this system names no folder to keep work in"));
        match folder.and_then(|folder| Keeper::new(&folder, &cc.egui_ctx)) {
            Ok(keeper) => app.keep_in(keeper),
            Err(e) => app.message = Some(Err(e)),
        }
        if let Some((name, scenario)) = scenario {
            app.take(&name, scenario);
        }
        Ok(Box::new(app) as Box<dyn eframe::App>)
    });
    platform::guarded(|| eframe::run_native("ketasim", options, start).map_err(no_window))
}
