//! A plain JSON for tree ensembles of any origin: what a few lines in another language can write.
//!
//! ```json
//! {
//!   "format": "clarimark-trees", "version": 1,
//!   "library": "ranger 0.16.0",
//!   "features": ["age", {"name": "stage", "levels": ["I", "II", "III"]}],
//!   "outputs": ["risk"],
//!   "base": [0.0], "weight": 1.0, "test": "<=", "cast": "f64",
//!   "link": "identity", "margin": "risk score", "prediction": "risk score", "higher": "risk",
//!   "cover": "number of rows",
//!   "trees": [{
//!     "feature":      [0, 1, -1, -1, -1],
//!     "threshold":    [61.5, null, null, null, null],
//!     "right_codes":  [null, [0, 2], null, null, null],
//!     "left":         [1, 2, -1, -1, -1],
//!     "right":        [4, 3, -1, -1, -1],
//!     "default_left": [true, false, false, false, false],
//!     "value":        [null, null, 0.25, -0.5, 1.0],
//!     "cover":        [90, 60, 40, 20, 30],
//!     "weight": 1.0, "output": 0
//!   }]
//! }
//! ```
//!
//! | key | meaning | if absent |
//! |---|---|---|
//! | `features` | inputs in the order of their numbers: a name, or a name with the levels of its codes 0, 1, … | required |
//! | `outputs` | names of the outputs | one |
//! | `base` | margin without any tree, one per output | 0 |
//! | `weight` | factor of every leaf; for the mean of a forest 1 / number of trees | 1 |
//! | `test` | `<` or `<=`: the left child is taken if `x test threshold` | `<` |
//! | `cast` | `f32` if the library rounds inputs to 32 bits first, else `f64` | `f64` |
//! | `link` | from margin to prediction: `identity`, `logistic`, `softmax`, `exp`, `step`, `signed-square`, `softplus` | `identity` |
//! | `margin`, `prediction`, `higher` | what they are, in words; what a higher margin means | the word itself |
//! | `library`, `cover` | who made the model; what cover counts | unknown |
//! | `trees[].feature` | number of the feature asked at each node; −1 for a leaf | required |
//! | `trees[].left`, `right` | number of the child, from 0; node 0 is the root | required |
//! | `trees[].threshold` | of numeric splits | none is numeric |
//! | `trees[].right_codes` | codes that go right; `null` or empty for a numeric split | all are numeric |
//! | `trees[].default_left` | true if a missing value goes left | right |
//! | `trees[].value` | of leaves: a number, or a list with one per output | required |
//! | `trees[].cover` | how much training data reached the node; without it no path-dependent attribution | none |
//! | `trees[].output` | the output that the tree feeds | 0, or all if the values are lists |
//!
//! A list with one entry may be written as the entry; `null` and `"NA"` stand for a number that is not there. Other keys
//! are refused, so that a typing error is found.
//!
//! # From R
//!
//! These snippets follow the packages' documentation. They have not been run here; compare some predictions.
//!
//! ranger, regression or `probability = TRUE`, trained with `node.stats = TRUE` for the cover:
//!
//! ```r
//! f <- fit$forest; class <- !is.null(f$terminal.class.counts); K <- if (class) length(f$levels) else 1
//! tree <- function(t) {
//!   leaf <- f$child.nodeIDs[[t]][[1]] == 0
//!   value <- lapply(seq_along(leaf), function(i) if (!leaf[i]) rep(0, K) else if (class)
//!     f$terminal.class.counts[[t]][[i]][order(f$class.values)] else f$split.values[[t]][i])
//!   c(list(feature = ifelse(leaf, -1, f$split.varIDs[[t]]), threshold = f$split.values[[t]],
//!          left = f$child.nodeIDs[[t]][[1]], right = f$child.nodeIDs[[t]][[2]], value = value),
//!     if (!is.null(f$num.samples.nodes)) list(cover = f$num.samples.nodes[[t]]))
//! }
//! jsonlite::write_json(list(format = "clarimark-trees", version = 1, library = "ranger", test = "<=",
//!   weight = 1 / f$num.trees, features = f$independent.variable.names, cover = "number of rows",
//!   outputs = if (class) f$levels else "prediction", trees = lapply(seq_len(f$num.trees), tree)),
//!   "model.json", auto_unbox = TRUE, digits = NA, null = "null")
//! ```
//!
//! randomForest, which stores no cover:
//!
//! ```r
//! library(randomForest); class <- fit$type == "classification"; K <- if (class) length(fit$classes) else 1
//! tree <- function(k) {
//!   t <- getTree(fit, k); leaf <- t[, "status"] == -1
//!   value <- lapply(seq_len(nrow(t)), function(i) if (!leaf[i]) rep(0, K) else if (class)
//!     as.numeric(seq_len(K) == t[i, "prediction"]) else t[i, "prediction"])
//!   list(feature = unname(ifelse(leaf, -1, t[, "split var"] - 1)), threshold = unname(t[, "split point"]),
//!        left = unname(t[, "left daughter"] - 1), right = unname(t[, "right daughter"] - 1), value = unname(value))
//! }
//! jsonlite::write_json(list(format = "clarimark-trees", version = 1, library = "randomForest", test = "<=",
//!   weight = 1 / fit$ntree, features = rownames(fit$importance),
//!   outputs = if (class) fit$classes else "prediction", trees = lapply(seq_len(fit$ntree), tree)),
//!   "model.json", auto_unbox = TRUE, digits = NA)
//! ```
//!
//! gbm with numeric inputs. Its third child for missing values becomes a split of its own, which every number passes:
//!
//! ```r
//! tree <- function(t) {
//!   n <- length(t[[1]]); leaf <- t[[1]] == -1; s <- which(!leaf)  # var, code, left, right, missing, gain, weight, value
//!   below <- n - 1 + seq_along(s); weight <- t[[7]]
//!   list(feature = c(t[[1]], t[[1]][s]), threshold = c(ifelse(leaf, 0, .Machine$double.xmax), t[[2]][s]),
//!        left = c(replace(rep(-1, n), s, below), t[[3]][s]), right = c(t[[5]], t[[4]][s]),
//!        default_left = rep(FALSE, n + length(s)), value = c(t[[8]], rep(0, length(s))),
//!        cover = c(weight, weight[t[[3]][s] + 1] + weight[t[[4]][s] + 1]))
//! }
//! link <- c(bernoulli = "logistic", poisson = "exp", coxph = "exp")[fit$distribution$name]
//! jsonlite::write_json(list(format = "clarimark-trees", version = 1, library = "gbm", base = fit$initF,
//!   features = fit$var.names, link = if (is.na(link)) "identity" else unname(link), cover = "number of rows",
//!   trees = lapply(fit$trees, tree)), "model.json", auto_unbox = TRUE, digits = NA)
//! ```

use super::json_path::json_error;
use crate::Parsed;
use crate::ensemble::error::quoted;
use crate::ensemble::{
    Builder, Cast, Ensemble, Facts, Feature, FeatureKind, Link, ModelError, NodeSpec, Objective, Scale,
    TreeFault, TreeSpec,
};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, IntoDeserializer, SeqAccess, Visitor};
use serde::{Deserialize, de};
use std::fmt;
use std::marker::PhantomData;

/// What the key `format` holds.
pub(super) const NAME: &str = "clarimark-trees";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format")]
    _format: IgnoredAny,
    version: u32,
    library: Option<String>,
    features: Many<Input>,
    outputs: Option<Many<String>>,
    base: Option<Many<f64>>,
    weight: Option<f64>,
    test: Option<Test>,
    cast: Option<CastName>,
    link: Option<LinkName>,
    margin: Option<String>,
    prediction: Option<String>,
    higher: Option<String>,
    cover: Option<String>,
    trees: Many<Tree>,
}

#[derive(Deserialize)]
enum Test {
    #[serde(rename = "<")]
    Below,
    #[serde(rename = "<=")]
    AtMost,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum CastName {
    F32,
    F64,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LinkName {
    Identity,
    Logistic,
    Softmax,
    Exp,
    Step,
    SignedSquare,
    Softplus,
}

/// A name, or an object with one.
struct Input {
    name: String,
    levels: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tree {
    feature: Many<i64>,
    left: Many<i64>,
    right: Many<i64>,
    threshold: Option<Many<Number>>,
    right_codes: Option<Many<Option<Many<i64>>>>,
    default_left: Option<Many<bool>>,
    value: Many<Many<Number>>,
    cover: Option<Many<f64>>,
    weight: Option<f64>,
    output: Option<i64>,
}

/// Reads the JSON.
///
/// # Errors
/// [`ModelError`].
pub(super) fn read(text: &[u8]) -> Result<Parsed<Ensemble>, ModelError> {
    let file: File = serde_json::from_slice(text).map_err(|e| json_error(text, &e))?;
    if file.version != 1 {
        let (key, got) = ("version".into(), file.version.to_string());
        return Err(ModelError::Value { key, got, expected: "1" });
    }
    let margin = file.margin.unwrap_or_else(|| "margin".into());
    let outputs = file.outputs.map_or_else(|| vec![margin.clone()], |o| o.0);
    let n_outputs = outputs.len();
    let base = file.base.map_or_else(|| vec![0.0; n_outputs], |b| b.0);
    let feature = |input: Input| Feature {
        name: input.name,
        kind: match input.levels {
            Some(levels) => FeatureKind::Categorical { levels: Some(levels) },
            None => FeatureKind::Numeric,
        },
    };
    let features: Vec<Feature> = file.features.0.into_iter().map(feature).collect();
    let (library, version) = match file.library.as_deref().map(str::trim).unwrap_or_default() {
        "" => ("another program".to_owned(), String::new()),
        text => match text.rsplit_once(' ') {
            Some((library, version)) => (library.to_owned(), version.to_owned()),
            None => (text.to_owned(), String::new()),
        },
    };
    let facts = Facts {
        library,
        version,
        tested: true,
        format: "clarimark-trees JSON".into(),
        booster: "trees".into(),
        base_score: base.iter().map(f64::to_string).collect::<Vec<_>>().join(", "),
        cover: file.cover.unwrap_or_else(|| "as the file says".into()),
        n_trees_stored: file.trees.0.len() as u32,
        best_iteration: None,
        ..Facts::default()
    };
    let at_most = matches!(file.test, Some(Test::AtMost));
    let factor = file.weight.unwrap_or(1.0);
    let mut builder = Builder::new(features, true, outputs)?;
    for (t, tree) in file.trees.0.into_iter().enumerate() {
        let mut spec = tree.spec(n_outputs, at_most).map_err(|fault| ModelError::Tree { tree: t, fault })?;
        spec.weight *= factor;
        builder.add(spec)?;
    }
    let link = match file.link {
        None | Some(LinkName::Identity) => Link::Identity,
        Some(LinkName::Logistic) => Link::Logistic,
        Some(LinkName::Softmax) => Link::Softmax,
        Some(LinkName::Exp) => Link::Exp,
        Some(LinkName::Step) => Link::Step,
        Some(LinkName::SignedSquare) => Link::SignedSquare,
        Some(LinkName::Softplus) => Link::Softplus,
    };
    let prediction = file.prediction.unwrap_or_else(|| "prediction".into());
    let higher = file.higher.unwrap_or_else(|| margin.clone());
    let objective =
        Objective { name: "not stored".into(), scale: Scale::new(link, &margin, &prediction, &higher) };
    let cast = if matches!(file.cast, Some(CastName::F32)) { Cast::F32 } else { Cast::None };
    let value = builder.finish(base, cast, objective, facts)?;
    let mut warnings = Vec::new();
    if !value.has_cover() {
        warnings
            .push("The file stores no cover, so its predictions can be shown but not explained.".to_owned());
    }
    Ok(Parsed { value, warnings })
}

impl Tree {
    fn spec(self, n_outputs: usize, at_most: bool) -> Result<TreeSpec, TreeFault> {
        let n = self.feature.0.len();
        let same = |array, got| {
            if got == n { Ok(()) } else { Err(TreeFault::Length { array, got, expected: n }) }
        };
        same("left", self.left.0.len())?;
        same("right", self.right.0.len())?;
        same("value", self.value.0.len())?;
        same("threshold", self.threshold.as_ref().map_or(n, |t| t.0.len()))?;
        same("right_codes", self.right_codes.as_ref().map_or(n, |c| c.0.len()))?;
        same("default_left", self.default_left.as_ref().map_or(n, |d| d.0.len()))?;
        let width = self.value.0.iter().map(|v| v.0.len()).max().unwrap_or(1);
        let output = if n_outputs > 1 && width > 1 { None } else { Some(self.output.unwrap_or(0)) };
        let mut codes = self.right_codes.map_or_else(Vec::new, |c| c.0);
        let mut nodes = Vec::with_capacity(n);
        let mut leaf_values = Vec::new();
        for (i, value) in self.value.0.into_iter().enumerate() {
            let (feature, left, right) = (self.feature.0[i], self.left.0[i], self.right.0[i]);
            let default_left = self.default_left.as_ref().is_some_and(|d| d.0[i]);
            let codes = codes.get_mut(i).and_then(Option::take).map(|c| c.0).filter(|c| !c.is_empty());
            nodes.push(match (feature, codes) {
                (-1, _) => {
                    let first = leaf_values.len();
                    if value.0.len() != width {
                        return Err(TreeFault::LeafWidth { node: i });
                    }
                    leaf_values.extend(value.0.into_iter().map(|v| v.0));
                    NodeSpec::Leaf { first }
                }
                (_, Some(codes)) => NodeSpec::NotIn { feature, codes, left, right, default_left },
                (_, None) => {
                    let threshold = self.threshold.as_ref().map_or(f64::NAN, |t| t.0[i].0);
                    let threshold =
                        if at_most && threshold.is_finite() { threshold.next_up() } else { threshold };
                    NodeSpec::Below { feature, threshold, left, right, default_left }
                }
            });
        }
        Ok(TreeSpec {
            nodes,
            leaf_values,
            cover: self.cover.map(|c| c.0),
            output,
            weight: self.weight.unwrap_or(1.0),
        })
    }
}

/// A list, or its only entry.
struct Many<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
            type Value = Many<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Many<T>, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Many)
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Many<T>, A::Error> {
                one(T::deserialize(de::value::MapAccessDeserializer::new(map)))
            }
            fn visit_bool<E: Error>(self, x: bool) -> Result<Many<T>, E> {
                one(T::deserialize(x.into_deserializer()))
            }
            fn visit_i64<E: Error>(self, x: i64) -> Result<Many<T>, E> {
                one(T::deserialize(x.into_deserializer()))
            }
            fn visit_u64<E: Error>(self, x: u64) -> Result<Many<T>, E> {
                one(T::deserialize(x.into_deserializer()))
            }
            fn visit_f64<E: Error>(self, x: f64) -> Result<Many<T>, E> {
                one(T::deserialize(x.into_deserializer()))
            }
            fn visit_str<E: Error>(self, x: &str) -> Result<Many<T>, E> {
                one(T::deserialize(x.into_deserializer()))
            }
            fn visit_unit<E: Error>(self) -> Result<Many<T>, E> {
                one(T::deserialize(().into_deserializer()))
            }
        }
        fn one<T, E>(entry: Result<T, E>) -> Result<Many<T>, E> {
            entry.map(|entry| Many(vec![entry]))
        }
        deserializer.deserialize_any(OneOrMany(PhantomData))
    }
}

/// A number; NaN where there is none.
struct Number(f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OrNone;
        impl Visitor<'_> for OrNone {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or null")
            }
            fn visit_f64<E: Error>(self, x: f64) -> Result<Number, E> {
                Ok(Number(x))
            }
            fn visit_i64<E: Error>(self, x: i64) -> Result<Number, E> {
                Ok(Number(x as f64))
            }
            fn visit_u64<E: Error>(self, x: u64) -> Result<Number, E> {
                Ok(Number(x as f64))
            }
            fn visit_unit<E: Error>(self) -> Result<Number, E> {
                Ok(Number(f64::NAN))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                match text {
                    // Bare words of the file have become empty texts.
                    "" | "NA" | "NaN" => Ok(Number(f64::NAN)),
                    _ => Err(E::custom(format!("expected a number, found {}", quoted(text)))),
                }
            }
        }
        deserializer.deserialize_any(OrNone)
    }
}

impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Described {
            name: String,
            levels: Option<Many<String>>,
        }
        struct NameOrMore;
        impl<'de> Visitor<'de> for NameOrMore {
            type Value = Input;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name, or an object with name and levels")
            }
            fn visit_str<E: Error>(self, name: &str) -> Result<Input, E> {
                Ok(Input { name: name.to_owned(), levels: None })
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Input, A::Error> {
                let Described { name, levels } =
                    Described::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Input { name, levels: levels.map(|l| l.0) })
            }
        }
        deserializer.deserialize_any(NameOrMore)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the documentation above.
    fn example() -> String {
        let source = include_str!("generic.rs");
        let (_, after) = source.split_once("//! ```json\n").unwrap();
        let (json, _) = after.split_once("//! ```\n").unwrap();
        json.replace("//! ", "")
    }

    #[test]
    fn the_documented_example_reads() {
        let model = read(example().as_bytes()).unwrap().value;
        // 61.5 goes left; stage II stays, I and III go right, and so does a missing stage.
        let rows = [61.5, 1.0, 61.5, 0.0, 61.5, f64::NAN, f64::NAN, 1.0, 61.500_000_000_000_01, 1.0];
        assert_eq!(model.margins(&rows), [0.25, -0.5, -0.5, 0.25, 1.0]);
        let base = (40.0 * 0.25 - 20.0 * 0.5 + 30.0) / 90.0;
        assert!((model.base_values().unwrap()[0] - base).abs() < 1e-15);
        let summary = model.summary();
        assert_eq!((summary.library.as_str(), summary.version.as_str()), ("ranger", "0.16.0"));
    }

    #[test]
    fn lists_of_one_may_be_written_as_their_entry() {
        let text = r#"{"format":"clarimark-trees","version":1,"features":"a","base":0.5,
            "trees":{"feature":-1,"left":-1,"right":-1,"value":2}}"#;
        let model = read(text.as_bytes()).unwrap();
        assert_eq!((model.value.margins(&[1.0]), model.warnings.len()), (vec![2.5], 0));
        let text = text.replace(r#""features":"a","#, r#""features":"a","outputs":["x","y"],"#);
        assert!(matches!(read(text.as_bytes()), Err(ModelError::Length { .. })));
        let text = text.replace(":2}", r#":[[2,"NA"]]}"#).replace(":0.5", ":[1,2]");
        assert!(matches!(read(text.as_bytes()), Err(ModelError::Tree { .. })));
        let text = text.replace(r#""NA""#, "3");
        assert_eq!(read(text.as_bytes()).unwrap().value.margins(&[1.0]), [3.0, 5.0]);
    }

    #[test]
    fn typing_errors_are_named() {
        let example = example();
        for (right, wrong, expected) in [
            ("\"threshold\"", "\"treshold\"", "treshold"),
            ("\"link\": \"identity\"", "\"link\": \"logit\"", "logit"),
            ("\"version\": 1", "\"version\": 2", "version"),
            ("\"cover\":        [90, ", "\"cover\": [", "cover"),
            ("\"value\":        [null, ", "\"value\": [", "value"),
            ("61.5, null, null", "\"x\", null, null", "expected a number"),
            ("61.5, null, null", "null, null, null", "threshold"),
            ("\"output\": 0", "\"output\": 1", "output 1"),
        ] {
            assert!(example.contains(right), "{right}");
            let error = read(example.replace(right, wrong).as_bytes()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error} should contain {expected}");
        }
    }
}
