//! ketasim: opens the desktop app, or does what the command line asks.

use std::process::ExitCode;

fn main() -> ExitCode {
    ketasim::app::open().map_or_else(
        |e| {
            let _ = e;
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}
