//! What each plot shows, how to read it, what it does not say, and where the method is described.

/// The words on one plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// What is drawn.
    pub shows: &'static str,
    /// What to look for.
    pub read: &'static str,
    /// What must not be concluded.
    pub not: &'static str,
    /// One source.
    pub source: &'static str,
}

impl About {
    /// Question and answer, in reading order.
    pub fn said(self) -> [(String, String); 4] {
        let questions = ["What this shows", "How to read it", "What it does not say", "Source"];
        let answers = [self.shows, self.read, self.not, self.source];
        std::array::from_fn(|i| (questions[i].to_string(), answers[i].to_string()))
    }
}

const TREE_SHAP: &str = "Lundberg et al. 2020, From local explanations to global understanding with explainable AI for trees. Nature Machine Intelligence 2, 56–67. doi:10.1038/s42256-019-0138-9";
const SILHOUETTES: &str = "Rousseeuw 1987, Silhouettes: a graphical aid to the interpretation and validation of cluster analysis. J. Comput. Appl. Math. 20, 53–65. doi:10.1016/0377-0427(87)90125-7";
const PCA: &str = "Jolliffe & Cadima 2016, Principal component analysis: a review and recent developments. Phil. Trans. R. Soc. A 374, 20150202. doi:10.1098/rsta.2015.0202";
const NOT_CAUSE: &str = "How the model uses a measurement, not what causes disease: among correlated biomarkers the model may have picked any.";

/// The words on a plot by its name; None where the plot needs none.
pub fn about(plot: &str) -> Option<About> {
    let (shows, read, not, source) = match plot {
        "ranked" | "top" => (
            "One row per biomarker, most important first: the mean |SHAP| as a bar with its 95 % bootstrap interval, and one dot per patient.",
            "A dot right of zero raised that patient's prediction, left lowered it. Colour is the measured value: red dots at the right mean that high values raise it. Hollow dots are missing values.",
            NOT_CAUSE,
            TREE_SHAP,
        ),
        "violin" => (
            "The same rows as the dots, but the smoothed density of the patients' SHAP values; the tick is the median.",
            "Wide where many patients lie. Colour is the mean measured value at that place. Every row is as high as its densest place.",
            "Smoothing hides single patients and gaps; look at the dots before speaking of two groups.",
            "Hintze & Nelson 1998, Violin plots: a box plot–density trace synergism. Am. Stat. 52, 181–184. doi:10.1080/00031305.1998.10480559",
        ),
        "heatmap" => (
            "SHAP values of every drawn patient (columns) and biomarker (rows), with the prediction as a line on top and mean |SHAP| at the right.",
            "Neighbouring columns are patients explained alike. Blocks of one colour are groups whose prediction has the same reasons; hollow cells had no measured value.",
            "The order is one of many that a clustering allows: distance between far columns means nothing, and blocks are not tested groups.",
            "Bar-Joseph, Gifford & Jaakkola 2001, Fast optimal leaf ordering for hierarchical clustering. Bioinformatics 17 Suppl. 1, S22–S29. doi:10.1093/bioinformatics/17.suppl_1.S22",
        ),
        "groups" => (
            "The SHAP values of all biomarkers in a group added up for each patient; the bar is the mean absolute sum.",
            "The pale part behind a bar is what the members move each by itself. The share that cancels says how much of that they take back from each other.",
            "A large group is not a good group: more members add up to more. Cancelling members are often correlated measurements of one thing.",
            "Jullum, Redelmeier & Aas 2021, groupShapley: efficient prediction explanation with Shapley values for feature groups. arXiv:2106.12228",
        ),
        "cohorts" => (
            "Mean |SHAP| of each biomarker, separately for several sets of patients, with 95 % bootstrap intervals over patients.",
            "Of two sets the table gives the difference with its own interval: where that leaves out zero, the model leans on the biomarker more in one of them.",
            "Sets may differ because their patients differ, not because the model treats them differently. No correction is made for the number of rows.",
            TREE_SHAP,
        ),
        "methods" => (
            "Mean |SHAP| of each biomarker on the same patients, computed by two methods, with 95 % bootstrap intervals over patients.",
            "Rows whose bars differ are where the explanation depends on how a biomarker is left out; the table says in how many patients even the sign does.",
            "That one of the two is wrong: both are exact answers to different questions.",
            "Chen, Covert, Lundberg & Lee 2023, Algorithms to estimate Shapley value feature attributions. Nat. Mach. Intell. 5, 590–601. doi:10.1038/s42256-023-00657-x",
        ),
        "streamed" => (
            "Biomarkers by mean |SHAP| over every row of the table, and how their SHAP values are distributed: height is how many patients, colour the mean place of their values among the model's thresholds, the tick the median.",
            "Red to the right: high values raise the prediction. The interval is of the mean over patients (normal approximation); r is Pearson's correlation of value and SHAP value.",
            NOT_CAUSE,
            TREE_SHAP,
        ),
        "redundancy" => (
            "The most important biomarkers with mean |SHAP|, joined at the right by how strongly their values move together (1 − |Spearman|, average linkage).",
            "Branches that join before the dashed line are a group: the model could use any member in place of another. Read the group's sum in the table.",
            "That one member causes the other, or that the least important of a group can be left out without loss.",
            "Harrell 2015, Regression Modeling Strategies, 2nd ed., 4.7 (variable clustering). Springer. doi:10.1007/978-3-319-19425-7",
        ),
        "pair" => (
            "Every patient at its values of two biomarkers, coloured by the sum of both SHAP values; patients without a value lie in the grey lanes.",
            "Colour that changes only from left to right, or only upwards, belongs to one of the two; colour that changes with both is what they do together.",
            "The sum holds their own effects and half of every interaction with other biomarkers: it is not the interaction of the two alone.",
            TREE_SHAP,
        ),
        "dependence" | "next" => (
            "Each patient's measured value against its SHAP value, with a line through them (a local linear smooth; of a grade the means) and the thresholds of the trees.",
            "The height of the line is how the value moves the prediction; spread at one value comes from interactions, often with the biomarker that gives the colour.",
            NOT_CAUSE,
            TREE_SHAP,
        ),
        "effect" => (
            "The model's output along one biomarker with all else as measured: a thin line per patient (individual conditional expectation), their mean (partial dependence) and accumulated local effects.",
            "Parallel lines mean that the biomarker acts alike in all; crossing lines are interactions. Where mean and accumulated effects part, correlated biomarkers are at work.",
            "What happens to a patient whose value is changed: other values would change with it, and the model was not asked about causes.",
            "Apley & Zhu 2020, Visualizing the effects of predictor variables in black box supervised learning models. J. R. Stat. Soc. B 82, 1059–1086. Friedman 2001, Greedy function approximation. Ann. Stat. 29, 1189–1232.",
        ),
        "waterfall" => (
            "How one prediction is made up: from the average prediction, biomarker by biomarker, to the patient's own.",
            "Each bar starts where the last one ended. Bars add up exactly to the prediction.",
            "What would happen if a value changed: neighbouring values often change with it, and the model was not asked.",
            "Lundberg & Lee 2017, A unified approach to interpreting model predictions. NeurIPS 30. arXiv:1705.07874",
        ),
        "force" => (
            "One prediction as a balance: what raises it pushes from the left, what lowers it from the right, and they meet at the prediction.",
            "The longer a block, the more the biomarker moves this patient's prediction. Blocks add up exactly to the prediction minus the reference.",
            "What would happen if a value changed: neighbouring values often change with it, and the model was not asked.",
            "Lundberg et al. 2018, Explainable machine-learning predictions for the prevention of hypoxaemia during surgery. Nat. Biomed. Eng. 2, 749–760. doi:10.1038/s41551-018-0304-0",
        ),
        "decision" => (
            "How predictions come about biomarker by biomarker, from the reference at the bottom to the prediction at the top, with the other patients behind.",
            "A line that turns away from the others says where this patient is unusual. Steps are SHAP values, the least important first.",
            "The order of the steps is that of importance, not of time or cause.",
            TREE_SHAP,
        ),
        "difference" => (
            "How one patient's prediction becomes another's: differences of their SHAP values, largest first.",
            "Bars add up exactly to the difference of both predictions; the values of both stand beside the name.",
            "A way to treat the first patient: it compares what the model says of two people.",
            TREE_SHAP,
        ),
        "interactions" => (
            "SHAP interaction values of one patient: framed on the diagonal what each biomarker does by itself, off it half of what a pair does together.",
            "Each line adds up to the biomarker's SHAP value with those that are not shown. Strong cells off the diagonal are where the trees ask about both.",
            "That two biomarkers interact in the body: it is the model that combines them.",
            "Lundberg et al. 2020, From local explanations to global understanding with explainable AI for trees. Nature Machine Intelligence 2, 56–67. doi:10.1038/s42256-019-0138-9",
        ),
        "what-if" => (
            "What the model would give this patient along one biomarker, all else as it is now; the ring is the value now.",
            "Steps are thresholds of the trees. Dashed: where the training patients' values lie; beyond them the model was never asked.",
            "What treatment would do: a real change of one value comes with changes of others.",
            "Goldstein, Kapelner, Bleich & Pitkin 2015, Peeking inside the black box: individual conditional expectation. J. Comput. Graph. Stat. 24, 44–65. doi:10.1080/10618600.2014.907095",
        ),
        "by-model" => (
            "Discrimination of each of the other models on the same patients, beside the open one's.",
            "A cloud of nearly equal values means that the choice among these models is not one of performance.",
            "How a model does elsewhere: they are judged on the patients at hand.",
            "Breiman 2001, Statistical modeling: the two cultures. Stat. Sci. 16, 199–231. doi:10.1214/ss/1009213726",
        ),
        "against" => (
            "How much better this model is than the comparator that the study ships, on the same patients: the difference of their measures with its 95 % interval, by part of the table.",
            "Right of zero this model is ahead (for errors: left). An interval that holds zero does not tell the two apart.",
            "What the new biomarkers are worth elsewhere, or to a patient; and on training patients the difference flatters the model with more inputs.",
            "DeLong, DeLong & Clarke-Pearson 1988, Comparing the areas under two or more correlated receiver operating characteristic curves. Biometrics 44, 837–845. doi:10.2307/2531595",
        ),
        "map" => (
            "Patients as points; near ones are alike in what the map is of. PCA: axes are the first two principal components. UMAP and t-SNE keep neighbours together, and nothing else.",
            "Shape is the cluster, and colour too unless another was chosen. The axis titles of a PCA name the biomarkers that stretch them most.",
            "Two axes leave out part of the variance; on UMAP and t-SNE distances between groups, their sizes and the axes mean nothing. Clusters are drawn by a rule and exist for any data.",
            PCA,
        ),
        "silhouette" | "silhouette-by-k" => (
            "For every patient, how much nearer the own cluster is than the next one: 1 is well placed, 0 between two, negative nearer to another.",
            "A mean below 0.25 means there is hardly any structure; 0.5 and more, that clusters are apart.",
            "Whether the clusters exist in other patients, or matter to them.",
            SILHOUETTES,
        ),
        "stability" => (
            "How alike a cluster comes out when patients are drawn again: mean Jaccard similarity over bootstrap resamples.",
            "Above 0.85 a cluster is highly stable; below 0.6 it should not be trusted.",
            "A stable cluster can still be an arbitrary cut through a continuum.",
            "Hennig 2007, Cluster-wise assessment of cluster stability. Comput. Stat. Data Anal. 52, 258–271. doi:10.1016/j.csda.2006.11.025",
        ),
        "profile" => (
            "The mean SHAP value of each biomarker in each cluster.",
            "Numbers say how far a biomarker moves the predictions of a cluster on average; colour repeats the sign.",
            "Clusters were made from these very values, so differences between them are no discovery.",
            TREE_SHAP,
        ),
        "missingness" => (
            "Which values were measured: one column per patient, hollow where missing.",
            "Hollow blocks that share columns were missing together, as after a visit that did not happen.",
            "Why values are missing. A model can learn from that, and then predicts the clinic instead of the disease.",
            "Rubin 1976, Inference and missing data. Biometrika 63, 581–592. doi:10.1093/biomet/63.3.581",
        ),
        "performance" => (
            "How well the model ranks or fits patients, for each part of the table, with a 95 % bootstrap interval.",
            "Trust what was held out: test or external. A training value far above means that the model knows those patients by heart.",
            "Whether predicted risks are right in size, or the model is useful for a decision.",
            "Harrell, Lee & Mark 1996, Multivariable prognostic models. Stat. Med. 15, 361–387.",
        ),
        "additivity" => (
            "The difference between the model's own output and the sum of base value and SHAP values, for every patient.",
            "It should be rounding only, below the dashed line.",
            "That the model is right: only that its output was explained in full.",
            TREE_SHAP,
        ),
        "roc" => (
            "Share of patients with the outcome who are called (up) against the share without it who are called too (right), over all cutoffs.",
            "The ring is the cutoff in use. The area under the curve is the chance that a patient with the outcome scores above one without it; 0.5 is a coin.",
            "Whether the probabilities are right in size, or the model helps a decision. With a rare outcome look at precision too.",
            "DeLong, DeLong & Clarke-Pearson 1988, Comparing the areas under two or more correlated ROC curves. Biometrics 44, 837–845.",
        ),
        "precision-recall" => (
            "Share of called patients who have the outcome (up) against the share of patients with the outcome who are called (right).",
            "The dashed line is what calling by lot gives: the rate of the outcome. The further above it, the better.",
            "Precision depends on how common the outcome is here; elsewhere it will differ.",
            "Saito & Rehmsmeier 2015, The precision-recall plot is more informative than the ROC plot on imbalanced datasets. PLoS ONE 10, e0118432.",
        ),
        "calibration" => (
            "What was predicted against what happened, in groups of patients or as a smooth curve, with 95 % intervals.",
            "On the dashed diagonal predictions can be taken at their word; below it they are too high. A slope under 1 says that they are too extreme.",
            "That the model tells patients apart: the same number for everybody can be perfectly calibrated.",
            "Van Calster et al. 2016, A calibration hierarchy for risk models was defined. J. Clin. Epidemiol. 74, 167–176. doi:10.1016/j.jclinepi.2015.12.005",
        ),
        "net-benefit" => (
            "Net benefit of acting on the model: patients rightly treated, less those wrongly treated at the exchange rate of the threshold.",
            "The model is of use where its curve lies above both acting on everybody and acting on nobody (zero).",
            "Which threshold is right: that is for those who bear the consequences.",
            "Vickers & Elkin 2006, Decision curve analysis. Med. Decis. Making 26, 565–574. doi:10.1177/0272989X06295361",
        ),
        "residuals" => (
            "What was measured less what was predicted, for every patient, against the prediction.",
            "A cloud around zero of even width is what to hope for; a bend or a funnel says where the model is off.",
            "That patients far from zero are wrong: their measurement may be.",
            "Cook & Weisberg 1982, Residuals and Influence in Regression. Chapman & Hall.",
        ),
        "by-group" => (
            "Discrimination within each group of patients, with its 95 % interval.",
            "Intervals far apart mean that the model does not serve all groups alike. Wide ones mean that nobody knows.",
            "Whether a difference is unfair, or due to the case mix: groups whose patients are alike are harder to rank.",
            "Collins et al. 2024, TRIPOD+AI statement. BMJ 385, e078378.",
        ),
        "panel-size" => (
            "The share of all attribution that the most important biomarkers carry together.",
            "Where the curve turns flat, further biomarkers add little to the picture.",
            "How a model fitted on those alone would do. Correlated biomarkers share credit.",
            TREE_SHAP,
        ),
        "survival" => (
            "The share of patients without the event over time (Kaplan–Meier), with 95 % log-log intervals and numbers at risk.",
            "Ticks are patients whose follow-up ended. Few at risk, drawn thin and dashed, say little.",
            "A p-value is shown only for patients whose outcomes the model has not seen. Groups made by a model of this outcome differ by construction.",
            "Kaplan & Meier 1958, Nonparametric estimation from incomplete observations. J. Am. Stat. Assoc. 53, 457–481.",
        ),
        "incidence" => (
            "The share of patients who have had the event by each time, where another event can come first (Aalen–Johansen), with 95 % intervals.",
            "Read the height as the chance of the event in a world where the competing event happens too. It lies below 1 − Kaplan–Meier, the more so the more patients had the other event.",
            "That one group's risk is lower because fewer have the event: more of them may have had the other one first.",
            "Aalen & Johansen 1978, An empirical transition matrix for non-homogeneous Markov chains. Scand. J. Stat. 5, 141–150. Austin, Lee & Fine 2016, Circulation 133, 601–609.",
        ),
        "scree" => (
            "The share of the variance that each principal component holds, largest first, and the sum so far.",
            "A steep start means that few directions tell most patients apart; the map shows the first two. A flat line means that no plane shows them well.",
            "That components with little variance are noise, or that those with much are about the outcome.",
            PCA,
        ),
        "loadings-1" | "loadings-2" => (
            "The biomarkers that a component is made of: the entries of its direction, a vector of length 1.",
            "Bars of one sign move together along the axis, bars of opposite signs against each other. The larger the bar, the more the axis is that biomarker.",
            "Importance: a biomarker whose attributions vary most leads a component, whatever it means for patients. The overall sign is a convention.",
            PCA,
        ),
        "gap" => (
            "How much tighter k groups are than k groups of patients spread evenly over the same box, with one standard error.",
            "The first k whose gap is within one standard error of the next is preferred; k = 1 means no groups.",
            "That the preferred number is a number of diseases.",
            "Tibshirani, Walther & Hastie 2001, Estimating the number of clusters in a data set via the gap statistic. J. R. Stat. Soc. B 63, 411–423.",
        ),
        "bic" => (
            "How well mixtures of normal distributions fit the attributions for each number of groups, less a penalty for their parameters (Schwarz's criterion, lower is better).",
            "The lowest point is the number of groups that a Gaussian mixture prefers; 1 means none. Differences under 2 are nothing, over 10 are clear.",
            "That the groups are apart: one group that is not normal is fitted by several.",
            "Schwarz 1978, Estimating the dimension of a model. Ann. Stat. 6, 461–464. Fraley & Raftery 2002, J. Am. Stat. Assoc. 97, 611–631.",
        ),
        "tree" => (
            "Which patients join first, from the bottom up, and at what distance of their SHAP values; the dashed line cuts the tree.",
            "Long stems above the cut mean groups that are apart. Colours are the groups of the cut, by mean prediction.",
            "Left and right mean nothing but a common stem.",
            "Ward 1963, Hierarchical grouping to optimize an objective function. J. Am. Stat. Assoc. 58, 236–244.",
        ),
        "consensus" => (
            "How often two patients share a group when four in five are drawn again and again: dark always, white never.",
            "Clean blocks are groups that do not hang on single patients; grey smears are patients between groups.",
            "Stable is not real: a continuum is cut at the same place each time too.",
            "Monti, Tamayo, Mesirov & Golub 2003, Consensus clustering. Mach. Learn. 52, 91–118.",
        ),
        "ranks" => (
            "Each biomarker's rank in every model: the median, and where 95 % of the ranks lie.",
            "Biomarkers whose intervals overlap are not told apart by these models, whatever one model says.",
            "Why ranks vary: few patients, correlated biomarkers, or a procedure that draws lots.",
            "Nogueira, Sechidis & Brown 2018, On the stability of feature selection algorithms. J. Mach. Learn. Res. 18 (174), 1–54.",
        ),
        _ => return None,
    };
    Some(About { shows, read, not, source })
}
