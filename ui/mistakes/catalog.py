"""The nine mistakes: what each is, where it is seen, its lines and its corrected lines."""

from dataclasses import dataclass

from ui.mistakes import readings, readings_began, readings_meters
from ui.mistakes.twin import Read

Lines = tuple[str, ...]  # "file.py:name" of each piece of source

LAB, CLAIMS = "ui/mistakes/lab_", "ui/mistakes/claims.py:"
OBJECTIVES = "gan_core/objectives.py:"
SLOPES = "gan_core/penalties.py:"


@dataclass(frozen=True)
class Pair:
    """A wrong line and its correction. `seconds` is how long both take on one idle core."""

    name: str
    label: str
    about: str
    wrong: Lines
    right: Lines
    read: Read
    seconds: float


@dataclass(frozen=True)
class Mistake:
    """One item of the page; `seen` says where it is met, `paper` what it contradicts."""

    name: str
    title: str
    seen: str
    paper: str
    pairs: tuple[Pair, ...]


WGAN = "[Arjovsky, Chintala & Bottou 2017](https://arxiv.org/abs/1701.07875)"
WGAN_GP = "[Gulrajani et al. 2017](https://arxiv.org/abs/1704.00028)"
GAN = "[Goodfellow et al. 2014](https://arxiv.org/abs/1406.2661)"
BEGAN = "[Berthelot, Schumm & Metz 2017](https://arxiv.org/abs/1703.10717)"
LIN = "[Lin 1991](https://doi.org/10.1109/18.61115)"
PANINSKI = "[Paninski 2003](https://doi.org/10.1162/089976603321780272)"
SEEDING = "[PyTorch, Reproducibility](https://pytorch.org/docs/stable/notes/randomness.html)"

_CRITIC = Mistake(
    "critic", "The critic's sign",
    "Tutorials copy the critic's *objective*, which is maximised, into a loss, which is minimised."
    " Then both players want the generated scores to rise: they cooperate.",
    f"{WGAN}, Algorithm 1: the critic *ascends* E f(x) − E f(G(z)).",
    (
        Pair(
            "critic-sign", "Sign",
            "A generator that can only shift N(0, 0.1) along the line, and a clipped critic.",
            (LAB + "critic.py:WrongSign",),
            (OBJECTIVES + "WGAN.d_loss", OBJECTIVES + "WGAN.g_loss"),
            readings.critic_sign, 2.0,
        ),
    ),
)  # fmt: skip
_LINEAR = Mistake(
    "linear", "A sigmoid head under a linear loss, called “GAN”",
    "Code that takes WGAN's loss, leaves the sigmoid in place and keeps the name. What it"
    " minimises is the total variation, whose gradient dies with the sigmoid's.",
    f"{GAN}: the logarithm in the loss is what undoes the sigmoid's flat ends.",
    (
        Pair(
            "sigmoid-linear", "Loss",
            "The same nets, the same Adam, 600 rounds on the ring of eight; no penalty on either"
            " side.",
            (LAB + "heads.py:CalledGAN",), (OBJECTIVES + "NSGAN",), readings.sigmoid_linear, 4.0,
        ),
    ),
)  # fmt: skip
_SIGMOID = Mistake(
    "sigmoid", "The sigmoid kept in a WGAN-GP critic",
    "A GAN's discriminator is reused as the critic, last layer included. Its scores lie in (0, 1),"
    " so over distances of 1 and more it cannot have the slope 1 that the penalty asks for.",
    f"{WGAN}: f ranges over 1-Lipschitz functions with real values; {WGAN_GP}.",
    (
        Pair(
            "sigmoid-critic", "Head", "WGAN-GP on the ring, 200 rounds with two critic steps each.",
            (LAB + "heads.py:SigmoidScores",), ("gan_core/models/scores.py:Scores",),
            readings.sigmoid_critic, 5.0,
        ),
    ),
)  # fmt: skip
_PENALTY = Mistake(
    "penalty", "A gradient penalty that is not one per sample",
    "WGAN-GP's penalty is a mean over samples, each with its own point, slope and ε. A BatchNorm"
    " layer, a norm over the whole gradient tensor or a scalar ε all run without complaint.",
    f"{WGAN_GP}, Algorithm 1, and its section on why the critic has no batch normalisation.",
    (
        Pair(
            "penalty-batchnorm", "BatchNorm in the critic",
            "With BatchNorm, D(x) depends on the other samples, and so does the “slope at x”."
            " 200 rounds on the ring.",
            (LAB + "penalty.py:wrong_body",), (LAB + "penalty.py:right_body",),
            readings.batchnorm, 6.0,
        ),
        Pair(
            "penalty-one-norm", "One norm for the batch",
            "The norm of n slopes laid end to end grows with √n, so the critic that satisfies the"
            " penalty gets flatter as the batch gets larger.",
            (LAB + "penalty.py:OneNorm.penalty",),
            (SLOPES + "Price.of", SLOPES + "slope2"), readings.one_norm, 2.0,
        ),
        Pair(
            "penalty-one-mix", "One ε for the batch",
            "All of a batch is tested at one share of the way from generated to real.",
            (LAB + "penalty.py:OneMix.prices",), (OBJECTIVES + "WGANGP.prices",),
            readings.one_mix, 1.0,
        ),
    ),
)  # fmt: skip
_BATCHES = Mistake(
    "batches", "The fake batch attached, the real batch reused",
    "Training loops that make one fake batch for both players or load one real batch per round;"
    " `retain_graph=True` is added when torch objects, and hides the first of them.",
    f"{WGAN}, Algorithm 1: D's step leaves G alone, and each critic step draws both batches anew.",
    (
        Pair(
            "batch-attached", "Fake not detached",
            "The critic's loss flows on into G's gradient, and G's own loss is added to it.",
            (LAB + "batches.py:wrong_round",), (LAB + "batches.py:right_round",),
            readings.attached, 1.0,
        ),
        Pair(
            "batch-reused", "One real batch for all critic steps",
            "100 critic steps, as WGAN's own code takes them at the start, with p_g = p_r.",
            (LAB + "batches.py:wrong_steps",), (LAB + "batches.py:right_steps",),
            readings.reused, 0.7,
        ),
    ),
)  # fmt: skip
_SEEDS = Mistake(
    "seeds", "One generator of random numbers left unseeded",
    "Notebooks seed torch and numpy; batches or augmentations come from Python's `random`, which"
    " starts every process from a seed of its own.",
    f"{SEEDING}: every source of random numbers has to be seeded.",
    (
        Pair(
            "seeds", "Seeds", "One small training, twice, on the same seed.",
            (LAB + "seeds.py:wrong_seeds",), ("gan_core/build.py:seed_all",), readings.seeds, 1.0,
        ),
    ),
)  # fmt: skip
_CLAIMS = Mistake(
    "claims", "What is said of JS and KL",
    "Four sentences from posts and answers, each with a line of code that makes it look true.",
    f"{LIN} defines JS, symmetric and at most log 2; in {WGAN}, Example 1, it is flat, not"
    " undefined.",
    (
        Pair(
            "js-asymmetric", "“JS is asymmetric”",
            "It is, if one of its two halves is left out.",
            (CLAIMS + "wrong_js",), (CLAIMS + "right_js",), readings_meters.symmetry, 0.1,
        ),
        Pair(
            "js-limit", "“JS lies in [0, 1]”",
            "In bits it does. With natural logs its ceiling is log 2 = 0.6931.",
            (CLAIMS + "wrong_share",), (CLAIMS + "right_share",), readings_meters.threshold, 0.1,
        ),
        Pair(
            "kl-denominator", "KL with p + q below",
            "A formula half way between KL and JS, without the ½.",
            (CLAIMS + "wrong_kl",), (CLAIMS + "right_kl",), readings_meters.denominator, 0.1,
        ),
        Pair(
            "js-undefined", "“JS is undefined without overlap”",
            "It is KL that is infinite there.",
            (CLAIMS + "wrong_apart",), (CLAIMS + "right_apart",), readings_meters.overlap, 0.1,
        ),
    ),
)  # fmt: skip
_BEGAN = Mistake(
    "began", "BEGAN's balance",
    "Implementations lose the clamp of k or the γ of M, and readers take equal losses for success.",
    f"{BEGAN}: k stays in [0, 1], M = L(x) + |γL(x) − L(G(z))|, and the equilibrium is"
    " γL(x) = L(G(z)).",
    (
        Pair(
            "began-k", "k not clamped", "BEGAN on the ring, 400 rounds, γ = 0.5.",
            (LAB + "began.py:Unclamped.after",), (OBJECTIVES + "BEGAN.after",),
            readings_began.began_k, 3.0,
        ),
        Pair(
            "began-m", "M without γ", "One run of BEGAN on the ring, and two measures of it.",
            (LAB + "began.py:wrong_m",), (LAB + "began.py:right_m",), readings_began.began_m, 1.5,
        ),
        Pair(
            "began-equal", "Equal losses as success", "The same run, and two tests of balance.",
            (LAB + "began.py:wrong_balance",), (LAB + "began.py:right_balance",),
            readings_began.began_equal, 1.5,
        ),
    ),
)  # fmt: skip
_METERS = Mistake(
    "meters", "A KL meter from a sparse histogram",
    "Points are counted in cells and two histograms compared, with a small ε against empty cells."
    " What such a meter reads at perfection is seldom printed beside it.",
    f"{PANINSKI}: the bias of such estimates is about (m − 1)/2n for m cells and n samples.",
    (
        Pair(
            "meter-floor", "Never 0 at perfection",
            "Both samples come from the data, a ring of eight modes; 30 × 30 cells.",
            (LAB + "meters.py:wrong_floor",), (LAB + "meters.py:right_floor",),
            readings_meters.floor, 0.2,
        ),
        Pair(
            "meter-mass", "Below 0",
            "Histograms whose cells do not sum to 1, since points outside the window are dropped.",
            (LAB + "meters.py:wrong_mass",),
            (LAB + "meters.py:right_mass", LAB + "meters.py:normalised"),
            readings_meters.mass, 0.1,
        ),
    ),
)  # fmt: skip

MISTAKES = (
    _CRITIC, _LINEAR, _SIGMOID, _PENALTY, _BATCHES, _SEEDS, _CLAIMS, _BEGAN, _METERS,
)  # fmt: skip
