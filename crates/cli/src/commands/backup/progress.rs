//! A bar for what takes long; hidden when nobody watches.

use indicatif::{ProgressBar, ProgressStyle};
use lethe_backup::{Progress, Step};

/// Shows how far an operation has come.
pub(super) struct Bar {
    bar: ProgressBar,
    step: Option<Step>,
}

impl Bar {
    pub(super) fn new() -> Self {
        let template = "{msg:10}  {wide_bar} {bytes}/{total_bytes}  {bytes_per_sec}";
        let style = ProgressStyle::with_template(template).expect("the template is valid");
        Self {
            bar: ProgressBar::new(0).with_style(style),
            step: None,
        }
    }

    pub(super) fn show(&mut self, progress: Progress) {
        if self.step.replace(progress.step) != Some(progress.step) {
            self.bar.reset();
            self.bar.set_message(match progress.step {
                Step::Copying => "copying",
                Step::Writing => "writing",
                Step::Unpacking => "unpacking",
                Step::Checking => "checking",
            });
        }
        self.bar.set_length(progress.total);
        self.bar.set_position(progress.done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
