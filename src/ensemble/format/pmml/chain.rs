//! What becomes of the sums of trees: the prediction itself, or what the last model of a chain makes of it, in the shapes in
//! which boosted classifiers are written.

use super::document::{Document, Method, Part, Regression, Table};
use super::refused;
use crate::ensemble::error::quoted;
use crate::ensemble::{Link, ModelError, Scale};

/// What the model gives.
pub(super) struct Joined {
    pub(super) n_outputs: usize,
    link: Link,
    /// Of each output, the part that feeds it; or one that feeds them all.
    pub(super) outputs: Vec<Fed>,
    /// The class of a single output.
    class: Option<String>,
}

impl Joined {
    /// Its words.
    pub(super) fn scale(&self, classes: &[String]) -> Scale {
        let of = |what: &str| match &self.class {
            Some(class) => format!("{what} of {class}"),
            None => what.to_owned(),
        };
        match (self.link, classes.is_empty()) {
            (Link::Identity, false) => {
                Scale::new(self.link, &of("probability"), &of("probability"), "probability")
            }
            (Link::Logistic | Link::Softmax, _) => {
                Scale::new(self.link, &of("log-odds"), &of("probability"), "probability")
            }
            (Link::Exp, _) => Scale::new(self.link, "log of the prediction", "prediction", "prediction"),
            _ => Scale::new(self.link, "prediction", "prediction", "prediction"),
        }
    }
}

/// A model that no other follows: what its trees give is the prediction.
pub(super) fn alone(document: &Document, classes: &[String]) -> Result<Joined, ModelError> {
    let part = document.parts.first().filter(|_| document.parts.len() == 1);
    let part = part.ok_or_else(|| refused("several models in one file"))?;
    if !classes.is_empty() && part.trees.len() > 1 && part.method == Method::Sum {
        return Err(refused("a sum of classifiers"));
    }
    let class = if let [_, second] = classes { Some(second.clone()) } else { None };
    Ok(Joined {
        n_outputs: if classes.len() > 2 { classes.len() } else { 1 },
        link: Link::Identity,
        outputs: vec![Fed { part: 0, coefficient: 1.0, intercept: 0.0 }],
        class,
    })
}

/// Margin of an output: `intercept + coefficient · part`.
pub(super) struct Fed {
    pub(super) part: usize,
    pub(super) coefficient: f64,
    pub(super) intercept: f64,
}

/// What is done to a part's result before the last model sees it.
#[derive(Clone, Copy, PartialEq)]
enum Transform {
    Nothing,
    Exp,
    Sigmoid,
}

/// Reads the last model; `classes` as the target lists them.
pub(super) fn joined(
    document: &Document,
    last: &Regression,
    classes: &[String],
) -> Result<Joined, ModelError> {
    let resolve = |table: &Table| match table.predictors.as_slice() {
        [(name, coefficient)] => {
            let (part, transform) = find(&document.parts, name)?;
            Ok((Fed { part, coefficient: *coefficient, intercept: table.intercept }, transform))
        }
        _ => Err(refused("a last model that adds up more than one sum of trees")),
    };
    let empty = |table: &Table| table.predictors.is_empty() && table.intercept == 0.0;
    let odd = || Err(refused(&format!("sums of trees joined by {}", quoted(&last.normalization))));
    match (last.classification, last.normalization.as_str(), last.tables.as_slice()) {
        (false, normalization, [table]) => {
            let (fed, transform) = resolve(table)?;
            let link = match (normalization, transform) {
                ("none", Transform::Nothing) => Link::Identity,
                ("exp", Transform::Nothing) => Link::Exp,
                ("logit", Transform::Nothing) => Link::Logistic,
                ("none", Transform::Exp) if fed.is_plain() => Link::Exp,
                ("none", Transform::Sigmoid) if fed.is_plain() => Link::Logistic,
                _ => return odd(),
            };
            Ok(Joined { n_outputs: 1, link, outputs: vec![fed], class: None })
        }
        // Of two classes the first has the margin, the second what is left.
        (true, normalization @ ("logit" | "none"), [table, rest]) if empty(rest) => {
            let (fed, transform) = resolve(table)?;
            match (normalization, transform) {
                ("logit", Transform::Nothing) => {}
                ("none", Transform::Sigmoid) if fed.is_plain() => {}
                _ => return odd(),
            }
            let class = table.category.clone();
            Ok(Joined { n_outputs: 1, link: Link::Logistic, outputs: vec![fed], class })
        }
        (true, normalization @ ("softmax" | "simplemax"), tables) if tables.len() == classes.len() => {
            let mut outputs = Vec::with_capacity(tables.len());
            for class in classes {
                let Some(table) = tables.iter().find(|t| t.category.as_ref() == Some(class)) else {
                    return Err(refused("a last model that leaves out a class"));
                };
                let (fed, transform) = resolve(table)?;
                match (normalization, transform) {
                    ("softmax", Transform::Nothing) => {}
                    ("simplemax", Transform::Exp) if fed.is_plain() => {}
                    _ => return odd(),
                }
                outputs.push(fed);
            }
            Ok(Joined { n_outputs: outputs.len(), link: Link::Softmax, outputs, class: None })
        }
        _ => odd(),
    }
}

impl Fed {
    fn is_plain(&self) -> bool {
        self.coefficient == 1.0 && self.intercept == 0.0
    }
}

/// The part that gives the output of this name, and what is done to it.
fn find(parts: &[Part], name: &str) -> Result<(usize, Transform), ModelError> {
    for (number, part) in parts.iter().enumerate() {
        let Some(output) = part.outputs.iter().find(|o| o.name == name) else { continue };
        if output.expression.is_empty() {
            return Ok((number, Transform::Nothing));
        }
        for raw in part.outputs.iter().filter(|o| o.expression.is_empty()) {
            let field = format!("(FieldRef {})", raw.name);
            let exp = format!("(Apply exp{field})");
            let sigmoid = format!(
                "(Apply /(Constant1.0)(Apply +(Constant1.0)(Apply exp(Apply *(Constant-1.0){field}))))"
            );
            if output.expression == exp {
                return Ok((number, Transform::Exp));
            }
            if output.expression == sigmoid {
                return Ok((number, Transform::Sigmoid));
            }
        }
        return Err(refused(&format!("an output ({}) that is computed in another way", quoted(name))));
    }
    Err(refused(&format!("a last model that uses {}, which no sum of trees gives", quoted(name))))
}
