//! What is still done when the program is told to end: Ctrl-C, a closed terminal, a session that is shut down.

use crate::files;
use std::sync::Once;

/// What a shell reads as "ended by a signal".
const ENDED: i32 = 130;

/// From now on an end from outside first keeps what waits (`keep`), and leaves no temporary file behind.
pub fn when_ended(keep: fn()) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // without it, an end from outside is as abrupt as it was
        let _ = ctrlc::set_handler(move || {
            keep();
            files::remove_parts();
            std::process::exit(ENDED);
        });
    });
}
