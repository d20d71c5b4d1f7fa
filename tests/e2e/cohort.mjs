// A model and a cohort made from a seed, for benches.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Writes an XGBoost model and a table with two missing values in a hundred; returns the folder and both files. The
 * model is one of yes and no, or, with `survival`, of the time to an event, which the table then has for patients who
 * are all marked test.
 */
export const cohort = async ({ rows, features, trees, depth, survival = false }) => {
  let state = 2026;
  const uniform = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const names = Array.from({ length: features }, (_, i) => `marker_${i}`);

  const tree = id => {
    const t = { left_children: [], right_children: [], parents: [], split_indices: [], split_conditions: [],
      default_left: [], sum_hessian: [], base_weights: [], loss_changes: [], split_type: [],
      categories: [], categories_nodes: [], categories_segments: [], categories_sizes: [] };
    const grow = (level, parent, cover) => {
      const node = t.left_children.length;
      const leaf = level === depth;
      t.left_children.push(-1);
      t.right_children.push(-1);
      t.parents.push(parent);
      t.split_indices.push(leaf ? 0 : Math.floor(uniform() * features));
      t.split_conditions.push(Math.fround(leaf ? uniform() * 0.1 - 0.05 : uniform()));
      t.default_left.push(uniform() < 0.5 ? 1 : 0);
      t.sum_hessian.push(Math.fround(cover));
      t.base_weights.push(0);
      t.loss_changes.push(0);
      t.split_type.push(0);
      if (!leaf) {
        const share = 0.2 + 0.6 * uniform();
        t.left_children[node] = grow(level + 1, node, cover * share);
        t.right_children[node] = grow(level + 1, node, cover * (1 - share));
      }
      return node;
    };
    grow(0, 2147483647, 10_000);
    return { ...t, id, tree_param: { num_nodes: String(t.left_children.length), num_feature: String(features), num_deleted: '0', size_leaf_vector: '1' } };
  };

  const model = {
    version: [3, 4, 1],
    learner: {
      attributes: {}, feature_names: names, feature_types: names.map(() => 'float'),
      learner_model_param: { base_score: '[5E-1]', num_class: '0', num_feature: String(features), num_target: '1', boost_from_average: '1' },
      objective: survival
        ? { name: 'survival:cox' }
        : { name: 'binary:logistic', reg_loss_param: { scale_pos_weight: '1' } },
      gradient_booster: { name: 'gbtree', model: {
        gbtree_model_param: { num_trees: String(trees), num_parallel_tree: '1' },
        iteration_indptr: Array.from({ length: trees + 1 }, (_, i) => i),
        tree_info: Array(trees).fill(0), trees: Array.from({ length: trees }, (_, i) => tree(i)) } },
    },
  };
  const table = [['patient_id', ...(survival ? ['days', 'died', 'split'] : []), ...names].join(',')];
  for (let r = 0; r < rows; r += 1) {
    const cells = names.map(() => (uniform() < 0.02 ? '' : uniform().toFixed(4)));
    const followed = survival ? [Math.ceil(-2_000 * Math.log(1 - uniform())), Number(uniform() < 0.6), 'test'] : [];
    table.push([`P${r}`, ...followed, ...cells].join(','));
  }

  const folder = await mkdtemp(join(tmpdir(), 'clarimark-bench-'));
  const files = [join(folder, 'model.json'), join(folder, 'patients.csv')];
  await writeFile(files[0], JSON.stringify(model));
  await writeFile(files[1], table.join('\n'));
  return { folder, files };
};
