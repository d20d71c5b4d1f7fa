//! Putting a study together, and changing what its columns are for.

use super::{
    ColumnRole, Comparator, FileFacts, Manifest, Study, StudyError, bind_columns, bind_with, check_roles,
    manifest, propose_roles, roles::beside_the_model,
};
use crate::dataset::Dataset;
use crate::ensemble::Summary;

/// What a study is made of.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Parts {
    /// The manifest, or the default.
    pub manifest: Manifest,
    /// The model's file.
    pub model_file: FileFacts,
    /// The table's file.
    pub data_file: FileFacts,
    /// The comparator that the manifest names.
    pub comparator: Option<Comparator>,
    /// Sentences raised while the files were read.
    pub warnings: Vec<String>,
}

impl Study {
    /// Binds a table to a model, proposes the roles of its columns and collects what deserves a look.
    ///
    /// # Errors
    /// As [`bind_with`].
    pub fn join(model: Summary, data: Dataset, parts: Parts) -> Result<Study, StudyError> {
        let Parts { manifest, model_file, data_file, comparator, mut warnings } = parts;
        let mut bound = bind_with(&model, &data, &manifest)?;
        warnings.append(&mut bound.warnings);
        warnings.append(&mut manifest::misfits(&manifest, &model, &data));
        let roles = propose_roles(&model, &data, &manifest);
        if let (Some(named), None) = (&manifest.comparator, &comparator) {
            warnings.push(format!(
                "The manifest names {} to hold the model against; it was not among the files, so that is left out.",
                named.path
            ));
        }
        let binding = bound.value;
        Ok(Study { manifest, model, data, roles, binding, model_file, data_file, comparator, warnings })
    }

    /// Gives the columns the roles that a person has chosen, and binds again if features move.
    ///
    /// # Errors
    /// [`StudyError::Roles`] lists every problem; otherwise as [`bind_columns`]. The study is then unchanged.
    pub fn set_roles(&mut self, roles: Vec<ColumnRole>) -> Result<(), StudyError> {
        let problems = check_roles(&self.model, &self.data, &self.manifest, &roles);
        if !problems.is_empty() {
            return Err(StudyError::Roles { problems });
        }
        let mut columns = vec![0; self.model.features.len()];
        for (column, role) in roles.iter().enumerate() {
            if let ColumnRole::Feature(f) = role {
                columns[f.index()] = column;
            }
        }
        if !self.binding.columns().eq(columns.iter().copied()) {
            let mut bound = bind_columns(&self.model, &self.data, &columns)?;
            bound.warnings.retain(|warning| !self.warnings.contains(warning));
            self.warnings.append(&mut bound.warnings);
            self.binding = bound.value;
        }
        self.roles = roles;
        Ok(())
    }
}

/// The study with one role changed as a person expects: whatever holds this role makes room.
///
/// A column that feeds another feature swaps with the one that fed this feature; an outcome of another kind is given
/// up; a column that loses its role is offered for filtering if it can be.
///
/// # Errors
/// As [`Study::set_roles`].
pub fn with_role(study: &Study, column: usize, role: ColumnRole) -> Result<Study, StudyError> {
    let mut roles = study.roles.clone();
    let before = roles.get(column).copied();
    for (i, other) in roles.iter_mut().enumerate() {
        if i == column {
            *other = role;
        } else if excludes(role, *other) {
            *other = match before {
                Some(before @ ColumnRole::Feature(_)) if matches!(role, ColumnRole::Feature(_)) => before,
                _ => beside_the_model(&study.data.columns()[i]),
            };
        }
    }
    let mut changed = study.clone();
    changed.set_roles(roles)?;
    Ok(changed)
}

/// True if a column cannot have `other` while another has `role`.
fn excludes(role: ColumnRole, other: ColumnRole) -> bool {
    use ColumnRole::{Feature, Id, OutcomeBinary, OutcomeContinuous, OutcomeEvent, OutcomeTime, Split};
    let outcome = |role| matches!(role, OutcomeTime | OutcomeEvent | OutcomeBinary | OutcomeContinuous);
    match (role, other) {
        (Id | Split | Feature(_), _) => role == other,
        (OutcomeTime, OutcomeEvent) | (OutcomeEvent, OutcomeTime) => false,
        _ => outcome(role) && outcome(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{FeatureId, RowId};
    use crate::study::fixture::{model, table};
    use crate::study::{Outcome, RoleProblem};

    const TEXT: &str = "id,time,status,x,z,part\nA,1,0,5,a,train\nB,2,1,6,b,test\nC,3,0,7,a,test\n";

    fn joined() -> Study {
        Study::join(model("survival:cox", &["x"]), table(TEXT), Parts::default()).unwrap()
    }

    #[test]
    fn a_person_may_change_roles() {
        let mut study = joined();
        let mut roles = study.roles.clone();
        (roles[1], roles[2]) = (ColumnRole::Covariate, ColumnRole::OutcomeBinary);
        study.set_roles(roles.clone()).unwrap();
        assert!(matches!(study.outcome(), Outcome::Binary { .. }));
        // Another column feeds the feature.
        (roles[1], roles[3]) = (ColumnRole::Feature(FeatureId(0)), ColumnRole::Covariate);
        study.set_roles(roles).unwrap();
        assert_eq!(study.value(FeatureId(0), RowId(2)), 3.0);
    }

    #[test]
    fn one_changed_role_makes_room() {
        use ColumnRole::{Covariate, Feature, Id, Ignored, OutcomeBinary, OutcomeEvent, OutcomeTime, Split};
        let check = |column: usize, role: ColumnRole, expect: [ColumnRole; 6]| {
            assert_eq!(with_role(&joined(), column, role).unwrap().roles, expect);
        };
        let x = Feature(FeatureId(0));
        check(4, Id, [Covariate, OutcomeTime, OutcomeEvent, x, Id, Split]);
        check(2, OutcomeBinary, [Id, Covariate, OutcomeBinary, x, Covariate, Split]);
        check(2, Ignored, [Id, OutcomeTime, Ignored, x, Covariate, Split]);
        check(1, x, [Id, x, OutcomeEvent, Covariate, Covariate, Split]);
        let refused = with_role(&joined(), 3, Covariate).unwrap_err();
        assert_eq!(refused.to_string(), "The feature “x” has no column: choose one.");
        assert!(with_role(&joined(), 99, Covariate).is_ok_and(|same| same == joined()));
        // Two features swap their columns.
        let two = Study::join(model("survival:cox", &["x", "time"]), table(TEXT), Parts::default()).unwrap();
        let swapped = with_role(&two, 1, x).unwrap();
        assert_eq!((swapped.roles[1], swapped.roles[3]), (x, Feature(FeatureId(1))));
        assert_eq!(swapped.value(FeatureId(0), RowId(1)), 2.0);
    }

    #[test]
    fn roles_that_do_not_fit_are_refused_with_reasons() {
        let check = |changes: &[(usize, ColumnRole)], expect: &[(Option<usize>, &str)]| {
            let mut study = joined();
            let mut roles = study.roles.clone();
            changes.iter().for_each(|(column, role)| roles[*column] = *role);
            let before = study.clone();
            let problems = match study.set_roles(roles) {
                Err(StudyError::Roles { problems }) => problems,
                other => panic!("{other:?}"),
            };
            let expect = expect
                .iter()
                .map(|(column, message)| RoleProblem { column: *column, message: (*message).to_owned() });
            assert_eq!(problems, expect.collect::<Vec<_>>());
            assert_eq!(study, before);
        };
        use ColumnRole::{
            Feature, Ignored, OutcomeBinary, OutcomeContinuous, OutcomeEvent, OutcomeTime, Split,
        };
        check(&[(3, Ignored)], &[(None, "The feature “x” has no column: choose one.")]);
        check(&[(4, Feature(FeatureId(0)))], &[(Some(4), "“x” and “z” are both “x”: keep one.")]);
        check(&[(4, Feature(FeatureId(9)))], &[(Some(4), "“z” feeds a feature that the model has not.")]);
        check(&[(4, ColumnRole::Id)], &[(Some(4), "“id” and “z” are both the id: keep one.")]);
        check(
            &[(1, Ignored), (4, OutcomeTime)],
            &[(Some(4), "“z” holds text: an outcome of this kind needs numbers.")],
        );
        check(
            &[(2, Ignored), (4, OutcomeEvent)],
            &[(Some(4), "“z” does not tell event from censored: write 1 and 0.")],
        );
        check(
            &[(4, OutcomeBinary)],
            &[(None, "Choose one outcome: time and event, two levels, or a quantity.")],
        );
        check(
            &[(1, OutcomeContinuous), (2, Ignored), (0, OutcomeContinuous)],
            &[
                (Some(1), "“id” and “time” are both the outcome: keep one."),
                (Some(0), "“id” holds text: an outcome of this kind needs numbers."),
            ],
        );
        check(
            &[(5, Ignored), (4, Split)],
            &[(Some(4), "No cell of “z” says train, validation, test or external.")],
        );
    }
}
