//! Gradient boosting: a constant from the initial estimator, plus learning rate × leaf values.

use super::super::python::Place;
use super::common::{self, Inputs, WEIGHTED_ROWS};
use super::tree::{NO_MISSING, Seen, stored};
use crate::Parsed;
use crate::ensemble::builder::MAX_TREES;
use crate::ensemble::{Builder, Cast, Ensemble, Link, ModelError, Objective, Scale, TreeSpec};
use crate::math;

/// Where priors are cut off: the spacing of 32-bit numbers at 1.
const EPSILON: f64 = f32::EPSILON as f64;

/// Explains the log-odds.
pub(super) fn classifier(model: &Place<'_, '_>) -> Result<Parsed<Ensemble>, ModelError> {
    let classes = common::classes(model)?;
    let loss = loss(model);
    let exponential = loss == "exponential";
    let several = classes.len() > 2;
    let what = if exponential { "half log-odds" } else { "log-odds" };
    let (outputs, margin) = common::outputs(&classes, what);
    let base = match initial(model)? {
        Initial::Zero => vec![0.0; outputs.len()],
        Initial::Estimator(init) => {
            let prior = init.get("class_prior_")?;
            let numbers = prior.numbers()?;
            if numbers.len() != classes.len() || numbers.iter().any(|p| !(0.0..=1.0).contains(p)) {
                return Err(prior.wrong("it is not one probability per class"));
            }
            let ln: Vec<f64> = numbers.iter().map(|p| math::ln(p.clamp(EPSILON, 1.0 - EPSILON))).collect();
            // Losses of `sklearn._loss` (1.4 and later) centre the logarithms; the probabilities are the same.
            let central = model.find("_loss").is_some_and(|loss| loss.class().starts_with("sklearn._loss."));
            match (&ln[..], several) {
                (&[_, _], _) => {
                    let p = numbers[1].clamp(EPSILON, 1.0 - EPSILON);
                    let logit = math::ln(p / (1.0 - p));
                    vec![if exponential { logit / 2.0 } else { logit }]
                }
                (ln, true) if central => {
                    let mean = ln.iter().sum::<f64>() / ln.len() as f64;
                    ln.iter().map(|x| x - mean).collect()
                }
                (ln, _) => ln.to_vec(),
            }
        }
    };
    let link = match (several, exponential) {
        (true, _) => Link::Softmax,
        (false, true) => Link::LogisticOfTwice,
        (false, false) => Link::Logistic,
    };
    let scale = Scale::new(link, &margin, &margin.replace(what, "probability"), "probability");
    read(model, "GradientBoostingClassifier", loss, outputs, base, scale)
}

/// Explains the prediction.
pub(super) fn regressor(model: &Place<'_, '_>) -> Result<Parsed<Ensemble>, ModelError> {
    let base = match initial(model)? {
        Initial::Zero => 0.0,
        Initial::Estimator(init) => init.get("constant_")?.number()?,
    };
    let scale = Scale::new(Link::Identity, "prediction", "prediction", "prediction");
    let outputs = vec!["prediction".to_owned()];
    read(model, "GradientBoostingRegressor", loss(model), outputs, vec![base], scale)
}

fn loss(model: &Place<'_, '_>) -> String {
    model.find("loss").and_then(|loss| loss.text().map(str::to_owned)).unwrap_or_default()
}

/// What boosting starts from.
enum Initial<'h, 'a> {
    Zero,
    /// One of scikit-learn's dummies, which give every row the same.
    Estimator(Place<'h, 'a>),
}

fn initial<'h, 'a>(model: &Place<'h, 'a>) -> Result<Initial<'h, 'a>, ModelError> {
    let init = model.get("init_")?;
    let class = init.class();
    match (class.as_str(), init.text()) {
        (_, Some("zero")) => Ok(Initial::Zero),
        ("sklearn.dummy.DummyClassifier" | "sklearn.dummy.DummyRegressor", _) => Ok(Initial::Estimator(init)),
        _ => Err(ModelError::Estimator {
            class: format!(
                "gradient boosting that starts from {}",
                class.chars().take(100).collect::<String>()
            ),
            remedy: "Train it without `init`: an initial estimator adds a term that the trees do not explain.",
        }),
    }
}

fn read(
    model: &Place<'_, '_>,
    name: &str,
    loss: String,
    outputs: Vec<String>,
    base: Vec<f64>,
    scale: Scale,
) -> Result<Parsed<Ensemble>, ModelError> {
    let Inputs { features, named } = common::inputs(model)?;
    let n_outputs = outputs.len();
    let rate = model.get("learning_rate")?.number()?;
    let rounds = model.get("estimators_")?;
    let trees = rounds.items("trees", MAX_TREES)?;
    if trees.is_empty() || trees.len() % n_outputs != 0 {
        return Err(rounds.wrong("it does not hold one tree per round and output"));
    }
    let mut builder = Builder::new(features, named, outputs)?;
    let (n_trees, mut seen, mut knows_missing) = (trees.len(), Seen::default(), true);
    for (t, estimator) in trees.into_iter().enumerate() {
        let tree = stored(&estimator, &mut seen)?;
        knows_missing &= tree.knows_missing;
        if tree.width != 1 {
            return Err(estimator.wrong("its leaves have more than one value"));
        }
        builder.add(TreeSpec {
            nodes: tree.nodes,
            leaf_values: tree.values,
            cover: Some(tree.cover),
            output: Some((t % n_outputs) as i64),
            weight: rate,
        })?;
    }
    let mut facts = common::facts(model, name, WEIGHTED_ROWS, n_trees);
    facts.refuses_missing = !knows_missing;
    facts.base_score = format!("from {}", model.get("init_")?.class());
    let value = builder.finish(base, Cast::F32, Objective { name: loss, scale }, facts)?;
    let warnings = if knows_missing { Vec::new() } else { vec![NO_MISSING.to_owned()] };
    Ok(Parsed { value, warnings })
}
