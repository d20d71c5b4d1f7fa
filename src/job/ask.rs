//! Questions about single patients, for a worker that keeps the model between them.
//!
//! A question names all it needs but the model, so answers do not depend on what was asked before. They are small:
//! all but the table of a cohort passes through the header.

use crate::ensemble::Ensemble;
use crate::explain::flip::{Changes, Choices, smallest_flip};
use crate::explain::paths::{TreePath, paths};
use crate::explain::{ExplainError, Flow, Interaction, Interactions, Interventional, WhatIf};
use crate::ids::{FeatureId, OutputId};
use crate::session::Notice;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// What the model makes of these values, and of others of one feature with all else the same.
    WhatIf {
        /// Model inputs, one per feature.
        row: Vec<f64>,
        /// The feature of the curve.
        feature: FeatureId,
        /// Its values along the curve.
        along: Vec<f64>,
    },
    /// The trees with the largest effect on an output, and the ways this row takes through them.
    Paths {
        /// Model inputs, one per feature.
        row: Vec<f64>,
        /// Which output.
        output: OutputId,
        /// Trees wanted.
        count: u32,
    },
    /// The interactions of one row among some features.
    Matrix {
        /// Model inputs, one per feature.
        row: Vec<f64>,
        /// Which output.
        output: OutputId,
        /// Which features.
        features: Vec<FeatureId>,
    },
    /// The smallest change that moves the margin across a line.
    Flip {
        /// Model inputs, one per feature.
        row: Vec<f64>,
        /// Which output.
        output: OutputId,
        /// The line, margin units.
        at: f64,
        /// What may be changed, and to what.
        choices: Vec<Choices>,
    },
    /// The strongest interactions over rows.
    Pairs {
        /// Model inputs, `[row][feature]`; they travel as a buffer.
        #[serde(skip)]
        matrix: Vec<f64>,
        /// Pairs wanted.
        count: u32,
    },
}

/// What is answered, to the question of the same name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// Attributions of the row, `[feature][output]`, its margin, `[output]`, and the curve's margins, `[value][output]`.
    WhatIf {
        /// φ, margin units.
        phi: Vec<f64>,
        /// Margin.
        margin: Vec<f64>,
        /// Margins along the curve.
        curve: Vec<f64>,
    },
    /// Largest effect first.
    Paths(Vec<TreePath>),
    /// `[i][j]` of the asked features, margin units.
    Matrix(Vec<f64>),
    /// Strongest first.
    Pairs(Vec<Interaction>),
    /// The changes; None if none was found.
    Flip(Option<Changes>),
}

/// What is kept between questions.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Background of interventional attributions, `[row][feature]`; empty for path-dependent ones.
    background: Arc<Vec<f64>>,
    what_if: Option<WhatIf<Arc<Flow>>>,
    interactions: Option<Interactions>,
}

impl Kept {
    pub(super) fn new(background: Arc<Vec<f64>>) -> Self {
        Kept { background, ..Kept::default() }
    }

    /// Answers as the run explained: path-dependent, or `against` a background.
    pub(super) fn answer(
        &mut self,
        model: &Ensemble,
        against: Option<&Interventional>,
        question: &Question,
    ) -> Result<Answer, Notice> {
        let n_features = model.n_features();
        let whole = match question {
            Question::WhatIf { row, .. }
            | Question::Paths { row, .. }
            | Question::Matrix { row, .. }
            | Question::Flip { row, .. } => row.len() == n_features,
            Question::Pairs { matrix, .. } => matrix.len().is_multiple_of(n_features.max(1)),
        };
        let known = match question {
            Question::WhatIf { feature, .. } => feature.index() < n_features,
            Question::Matrix { features, output, .. } => {
                features.iter().all(|f| f.index() < n_features) && output.index() < model.n_outputs()
            }
            Question::Paths { output, .. } => output.index() < model.n_outputs(),
            Question::Flip { choices, output, .. } => {
                choices.iter().all(|c| c.0.index() < n_features) && output.index() < model.n_outputs()
            }
            Question::Pairs { .. } => true,
        };
        if !whole || !known {
            return Err(Notice::error(
                "The values do not fit the model",
                format!("A row of this model has {n_features} values."),
                "Open the study again.",
            ));
        }
        Ok(match question {
            Question::WhatIf { row, feature, along } => match against {
                None => {
                    let what_if = match &mut self.what_if {
                        Some(what_if) => what_if,
                        empty => empty.insert(WhatIf::new(Arc::new(Flow::new(model).map_err(refused)?), row)),
                    };
                    what_if.become_row(row);
                    let curve = what_if.curve(*feature, along).margin;
                    Answer::WhatIf { phi: what_if.phi().to_vec(), margin: what_if.margin().to_vec(), curve }
                }
                Some(against) => {
                    let explained = against.explain(row);
                    let mut rows = row.repeat(along.len());
                    for (row, value) in rows.chunks_exact_mut(n_features.max(1)).zip(along) {
                        row[feature.index()] = *value;
                    }
                    let curve = model.margins(&rows);
                    Answer::WhatIf { phi: explained.values, margin: explained.margin, curve }
                }
            },
            Question::Paths { row, output, count } => {
                Answer::Paths(paths(model, row, *output, *count as usize, &self.background))
            }
            Question::Matrix { row, output, features } => {
                Answer::Matrix(self.interactions(model, against)?.among(row, features, *output))
            }
            Question::Flip { row, output, at, choices } => {
                Answer::Flip(smallest_flip(model, row, *output, *at, choices))
            }
            Question::Pairs { matrix, count } => {
                Answer::Pairs(self.interactions(model, against)?.strongest(matrix, *count as usize))
            }
        })
    }

    fn interactions(
        &mut self,
        model: &Ensemble,
        against: Option<&Interventional>,
    ) -> Result<&Interactions, Notice> {
        Ok(match &mut self.interactions {
            Some(interactions) => interactions,
            empty => empty.insert(match against {
                None => Interactions::by_cover(model).map_err(refused)?,
                Some(against) => Interactions::by_background(against),
            }),
        })
    }
}

fn refused(error: ExplainError) -> Notice {
    Notice::error("This model cannot be explained so", error.to_string(), error.hint())
}
