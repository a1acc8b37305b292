//! What can be written on the command line, with help and an example for each command.

use crate::population::{LEAST_PEOPLE, MOST_PEOPLE, People};
use crate::scenario::LevelLine;
use crate::sim::Solver;
use crate::units::{Count, Time};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// More threads than any machine of a teacher has; each costs memory.
const MOST_THREADS: u32 = 256;
/// How many threads are asked for.
pub type Threads = Count<1, MOST_THREADS>;

/// Ketamine in the body, by route: curves, figures and when something may be noticed.
///
/// Without a command the window opens, on FILE if one is named; where there is no display, the comparison is printed
/// and its picture written to ketasim.svg. Education only: not for deciding doses, leaving or driving.
#[derive(Debug, Parser)]
#[command(name = "ketasim", version, max_term_width = 100)]
#[command(override_usage = "ketasim [FILE]
       ketasim [OPTIONS] <COMMAND>")]
#[command(after_help = "Exit codes: 0 done; 1 could not be done (file missing, no model fits); 2 the input is wrong

Examples:
  ketasim
  ketasim my-scenario.toml
  ketasim compare
  ketasim compare my-scenario.toml --plot my-scenario.svg
  ketasim simulate my-scenario.toml > curves.csv
  ketasim models list")]
pub struct Arguments {
    /// Scenario that the window opens; - is standard input
    pub file: Option<PathBuf>,
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
    /// A model file, or a folder of them, to use beside the shipped ones (repeatable)
    #[arg(long, global = true, value_name = "PATH")]
    pub models: Vec<PathBuf>,
    /// Levels and delays of your own, in place of assets/effects.toml and in its form
    #[arg(long, global = true, value_name = "FILE")]
    pub effects: Option<PathBuf>,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compare the arms of a scenario: dose, figures, windows, sources
    Compare(CompareOptions),
    /// Write the curves of a scenario as CSV
    Simulate(SimulateOptions),
    /// Simulate many made-up people: percentile bands, and windows of each person's own
    Population(PopulationOptions),
    /// Predicted beside measured: every arm, the errors by route, what was left out
    Validate(ValidateOptions),
    /// A visit as a patient reads it: ranges of what may be felt, rules that no curve moves; PDF, calendar, text
    Timeline(TimelineOptions),
    /// The library of models
    #[command(subcommand)]
    #[command(
        arg_required_else_help = false,
        after_help = "Examples:
  ketasim models list
  ketasim models show ketamine-composite
  ketasim models check my-model.toml"
    )]
    Models(ModelsCommand),
}

impl Command {
    /// Files that the command writes, with the options that name them.
    pub fn outputs(&self) -> Vec<(&'static str, &Path)> {
        let named: Vec<(_, &Option<PathBuf>)> = match self {
            Self::Compare(o) => vec![("--plot", &o.plot), ("--references", &o.references)],
            Self::Simulate(o) => vec![("--output", &o.output)],
            Self::Timeline(o) => vec![("--pdf", &o.pdf), ("--ics", &o.ics)],
            Self::Validate(o) => vec![("--plot", &o.plot)],
            Self::Population(_) | Self::Models(_) => Vec::new(),
        };
        named.into_iter().filter_map(|(option, path)| Some((option, path.as_deref()?))).collect()
    }

    /// Files that the command reads, with the arguments that name them when they are standard input.
    pub fn inputs(&self) -> Vec<(&'static str, &Path)> {
        let (file, named): (Option<&PathBuf>, _) = match self {
            Self::Compare(o) => (o.file.as_ref(), Vec::new()),
            Self::Simulate(o) => (Some(&o.file), Vec::new()),
            Self::Population(o) => (o.file.as_ref(), Vec::new()),
            Self::Timeline(o) => (o.file.as_ref(), Vec::new()),
            Self::Validate(o) => (None, vec![("--arms -", &o.arms), ("--curves -", &o.curves)]),
            Self::Models(ModelsCommand::Check { path }) => (Some(path), Vec::new()),
            Self::Models(_) => (None, Vec::new()),
        };
        let named = named.into_iter().filter_map(|(option, path)| Some((option, path.as_deref()?)));
        file.map(|path| ("FILE -", path.as_path())).into_iter().chain(named).collect()
    }
}

/// Arguments of `compare`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ketasim compare
  ketasim compare my-scenario.toml --json
  ketasim compare --level \"100 ng/mL\"
  ketasim compare my-scenario.toml --plot my-scenario.png
  ketasim compare my-scenario.toml --references references.pdf
  cat my-scenario.toml | ketasim compare -")]
pub struct CompareOptions {
    /// Scenario file; - is standard input; without it the opening screen's scenario
    pub file: Option<PathBuf>,
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV, one row for each arm and analyte
    #[arg(long)]
    pub csv: bool,
    /// With --csv: one row for each statistic, with its CDISC code (PKPARMCD) and unit
    #[arg(long, requires = "csv")]
    pub parameters: bool,
    /// Also draw the figure into this file (.svg, .png, .pdf)
    #[arg(long, value_name = "PATH")]
    pub plot: Option<PathBuf>,
    /// Also write sources, grades and assumptions, ready to print, into this file (.pdf); - is standard
    /// output, in place of the text
    #[arg(long, value_name = "PATH")]
    pub references: Option<PathBuf>,
    /// Also tell in JSON how long the simulation took
    #[arg(long, requires = "json")]
    pub timing: bool,
    /// A level of your own: time at or above it is told. It stands above the one in the file
    #[arg(long, value_name = "LEVEL", allow_hyphen_values = true)]
    pub level: Option<LevelLine>,
}

impl CompareOptions {
    /// The opening scenario as text, with a picture.
    pub fn with_plot(path: &str) -> Self {
        Self {
            file: None,
            json: false,
            csv: false,
            parameters: false,
            plot: Some(PathBuf::from(path)),
            references: None,
            timing: false,
            level: None,
        }
    }
}

/// Arguments of `simulate`.
#[derive(Debug, Args)]
#[command(after_help = "Columns: arm,time_h,analyte,site,concentration_ng_ml (site effect is the effect site)
Rows: every --every, and beside that every start and end of a dose, every jump and the exact peak of every \
curve of the arm. Where a curve jumps, its time stands twice: the value before, then the value after.
A range is two arms, \"IM (low end)\" and \"IM (high end)\"; there is no line between.

Examples:
  ketasim simulate my-scenario.toml --csv
  ketasim simulate my-scenario.toml --every \"5 min\" --output curves.csv
  ketasim simulate - --solver numeric < my-scenario.toml")]
pub struct SimulateOptions {
    /// Scenario file; - is standard input
    pub file: PathBuf,
    /// Write CSV, which is the only format
    #[arg(long)]
    pub csv: bool,
    /// Time between points, with its unit; without it 1 min, wider over long times
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub every: Option<Time>,
    /// How the equations are solved
    #[arg(long, value_enum, default_value_t = SolverName::Auto)]
    pub solver: SolverName,
    /// Write to this file; - or nothing is standard output
    #[arg(long, short, value_name = "PATH")]
    pub output: Option<PathBuf>,
}

/// Arguments of `population`.
#[derive(Debug, Args)]
#[command(after_help = "Columns of --csv: arm,time_h,analyte,site,p5,p50,p95
Rows: every --every, and beside that every start and end of a dose and the peaks of the typical person's curves.

Examples:
  ketasim population
  ketasim population my-scenario.toml --people 10000 --seed 1 --csv > bands.csv
  ketasim population my-scenario.toml --json
  ketasim population --regimens")]
pub struct PopulationOptions {
    /// Scenario file; - is standard input; without it the opening screen's scenario
    pub file: Option<PathBuf>,
    /// Nine regimens for which times were published, with those times beside the windows
    #[arg(long, conflicts_with_all = ["file", "csv", "json"])]
    pub regimens: bool,
    /// How many people
    #[arg(long, default_value_t = crate::population::USUAL_PEOPLE, value_name = "N", value_parser = people, allow_negative_numbers = true)]
    pub people: People,
    /// The same seed gives the same people
    #[arg(long, default_value_t = crate::population::USUAL_SEED, value_name = "S", value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,
    /// Print the bands as CSV
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// Print bands and windows as JSON
    #[arg(long)]
    pub json: bool,
    /// Time between points, with its unit
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub every: Option<Time>,
    /// Also tell in JSON how long simulation and percentiles took
    #[arg(long, requires = "json")]
    pub timing: bool,
    /// A level of your own: how many people reach it, and for how long. It stands above the one in the file
    #[arg(long, value_name = "LEVEL", allow_hyphen_values = true, conflicts_with = "csv")]
    pub level: Option<LevelLine>,
    /// Threads; the result does not depend on them
    #[arg(long, value_name = "N", value_parser = threads, allow_negative_numbers = true)]
    pub threads: Option<Threads>,
}

/// Arguments of `timeline`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ketasim timeline
  ketasim timeline my-visit.toml --pdf visit.pdf --ics visit.ics
  ketasim timeline my-visit.toml --arm IV --start \"2026-12-01 10:00\" --timezone \"America/Chicago\"
  ketasim timeline my-visit.toml --language es
  ketasim timeline my-visit.toml --audience clinician --json")]
pub struct TimelineOptions {
    /// Scenario file; - is standard input; without it a sample visit
    pub file: Option<PathBuf>,
    /// Label of the arm; without it the first
    #[arg(long, value_name = "LABEL")]
    pub arm: Option<String>,
    /// Who reads it
    #[arg(long, value_enum, default_value_t = Audience::Patient)]
    pub audience: Audience,
    /// When the first dose is given, by the clock on the wall
    #[arg(long, value_name = "DATE CLOCK")]
    pub start: Option<String>,
    /// Time zone by name
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Language of the patient's page: en, es
    #[arg(long, default_value = "en", value_name = "TAG")]
    pub language: String,
    /// Also write the page, ready to print, into this file; - is standard output, in place of the text
    #[arg(long, value_name = "PATH")]
    pub pdf: Option<PathBuf>,
    /// Paper of the PDF: a4, letter
    #[arg(long, default_value = "a4", value_name = "SIZE")]
    pub paper: String,
    /// Also write the visit for a calendar program into this file; - is standard output, in place of the text
    #[arg(long, value_name = "PATH")]
    pub ics: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Which session of an arm that has several, counted from 1
    #[arg(long, value_name = "N")]
    pub session: Option<u32>,
    /// How many people stand behind the ranges
    #[arg(long, default_value_t = crate::population::USUAL_PEOPLE, value_name = "N", value_parser = people, allow_negative_numbers = true)]
    pub people: People,
    /// The same seed gives the same people
    #[arg(long, default_value_t = crate::population::USUAL_SEED, value_name = "S", value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,
}

fn people(text: &str) -> Result<People, String> {
    counted(text, [LEAST_PEOPLE, MOST_PEOPLE])
}

fn threads(text: &str) -> Result<Threads, String> {
    counted(text, [1, MOST_THREADS])
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("a whole number from 0 to {} is needed", u64::MAX))
}

/// A count, refused with its ends.
fn counted<N: FromStr>(text: &str, [least, most]: [u32; 2]) -> Result<N, String> {
    text.parse().map_err(|_| format!("a whole number from {least} to {most} is needed"))
}

/// Who reads a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Audience {
    /// Somebody about to have a session
    Patient,
    /// Somebody who gives one
    Clinician,
}

impl Audience {
    /// The word for it in JSON: `patient` or `clinician`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Clinician => "clinician",
        }
    }
}

/// Arguments of `validate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ketasim validate
  ketasim validate --arms my-arms.csv --curves my-curves.csv --json
  ketasim validate --plot predicted-observed.svg --plots validation-plots")]
pub struct ValidateOptions {
    /// Measured arms (CSV; - is standard input); without it those that ship with ketasim
    #[arg(long, value_name = "CSV")]
    pub arms: Option<PathBuf>,
    /// Their concentrations over time (CSV)
    #[arg(long, value_name = "CSV")]
    pub curves: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Print every row as CSV
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// Draw predicted against observed into this file (.svg, .png, .pdf)
    #[arg(long, value_name = "PATH")]
    pub plot: Option<PathBuf>,
    /// Draw every arm with points over its curve into this folder, as SVG
    #[arg(long, value_name = "FOLDER")]
    pub plots: Option<PathBuf>,
}

/// Solvers by name.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum SolverName {
    /// Exact wherever that is possible
    Auto,
    /// Matrix exponential
    Exact,
    /// Stepwise (Dop853), to check the exact one
    Numeric,
}

impl From<SolverName> for Solver {
    fn from(name: SolverName) -> Self {
        match name {
            SolverName::Auto => Self::Auto,
            SolverName::Exact => Self::Exact,
            SolverName::Numeric => Self::Numeric,
        }
    }
}

/// Commands about models.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// List all models
    #[command(after_help = "Example:
  ketasim models list --json")]
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one model: every number with unit, source and grade
    #[command(after_help = "Example:
  ketasim models show ketamine-composite")]
    Show {
        /// Id, as `models list` prints it
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Derive every number of grade D from the data it is named after, with its uncertainty
    #[command(after_help = "Examples:
  ketasim models fit
  ketasim models fit ketamine-composite --json")]
    Fit {
        /// Id of one model; without it all
        id: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Check a model file, or every .toml file in a folder, as it would be read
    #[command(after_help = "Example:
  ketasim models check my-model.toml")]
    Check {
        /// File or folder; - is standard input
        path: PathBuf,
    },
}
