//! The one table that the bench is for.

use crate::proc;

/// Whether a figure reaches its target.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Verdict {
    Met,
    Missed,
    /// A figure without a target, beside one that has it.
    Shown,
}

impl Verdict {
    /// `Met` when the claim holds.
    pub(crate) fn of(holds: bool) -> Self {
        if holds { Self::Met } else { Self::Missed }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "NOT MET",
            Self::Shown => "",
        }
    }
}

/// One line: a figure of porch beside the floor's from the same run.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) figure: String,
    pub(crate) floor: String,
    pub(crate) ratio: String,
    pub(crate) target: String,
    pub(crate) verdict: Verdict,
    /// The machine's load average when the figure was taken.
    load: f64,
}

impl Row {
    /// A figure with a target.
    pub(crate) fn new(what: impl Into<String>, figure: impl Into<String>, target: &str, verdict: Verdict) -> Self {
        Self {
            what: what.into(),
            figure: figure.into(),
            floor: String::new(),
            ratio: String::new(),
            target: target.to_owned(),
            verdict,
            load: proc::load_average(),
        }
    }

    /// A figure to look at.
    pub(crate) fn shown(what: impl Into<String>, figure: impl Into<String>) -> Self {
        Self::new(what, figure, "", Verdict::Shown)
    }

    /// Puts the floor's figure beside it.
    pub(crate) fn beside(mut self, floor: impl Into<String>) -> Self {
        self.floor = floor.into();
        self
    }

    /// Says how many times the floor's figure it is.
    pub(crate) fn times(mut self, ratio: f64) -> Self {
        self.ratio = format!("{ratio:.2}");
        self
    }

    fn cells(&self) -> [String; 7] {
        [
            self.what.clone(),
            self.figure.clone(),
            self.floor.clone(),
            self.ratio.clone(),
            self.target.clone(),
            self.verdict.text().to_owned(),
            format!("{:.1}", self.load),
        ]
    }
}

/// Prints the rows in columns, Markdown so that it can be pasted anywhere.
pub(crate) fn print(rows: &[Row]) {
    let head = ["what", "porch", "floor", "ratio", "target", "", "load"].map(String::from);
    let lines: Vec<[String; 7]> = std::iter::once(head).chain(rows.iter().map(Row::cells)).collect();
    let mut widths = [0; 7];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for (index, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        println!("| {} |", cells.join(" | "));
        if index == 0 {
            let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            println!("| {} |", rules.join(" | "));
        }
    }
}
