"""Formulas with their derivations in short steps, beside the source that computes them."""

from dataclasses import dataclass

import streamlit as st

from ui.theory import source

_DIV = "gan_core/divergences/"
_EQ = "gan_core/equilibrium.py"
_OBJ = "gan_core/objectives.py"


@dataclass(frozen=True)
class Proof:
    """A formula (LaTeX), why it holds (Markdown), where it is computed (file, name), its paper."""

    title: str
    formula: str
    steps: str
    code: tuple[tuple[str, str], ...]
    paper: str


GAMES = (
    Proof(
        "The optimal discriminator",
        r"D^*(x)=\frac{p_r(x)}{p_r(x)+p_g(x)}",
        r"""
1. $V(D,G)=\int p_r\log D+p_g\log(1-D)\,dx$, and nothing ties $D$ at one $x$ to another.
2. So each $x$ is a problem of its own: the largest $a\log y+b\log(1-y)$, with $a=p_r(x)$, $b=p_g(x)$.
3. Its slope $a/y-b/(1-y)$ is 0 at $y=a/(a+b)$ only, and falls there: a maximum.
""",
        ((_EQ, "optimal_discriminator"), (_OBJ, "GAN.d_loss")),
        "Goodfellow et al. 2014, Proposition 1",
    ),
    Proof(
        "The value of the game",
        r"V(D^*,G)=2\,\mathrm{JS}(p_r,p_g)-2\log 2",
        r"""
1. Put $D^*$ into $V$: $\int p_r\log\frac{p_r}{p_r+p_g}+p_g\log\frac{p_g}{p_r+p_g}\,dx$.
2. With $m=\tfrac12(p_r+p_g)$ each fraction is $\tfrac12\,p/m$, so each logarithm gives up a $\log 2$.
3. What is left is $\mathrm{KL}(p_r\|m)+\mathrm{KL}(p_g\|m)=2\,\mathrm{JS}$, less $2\log 2$.
4. JS is never negative and 0 only at $p_g=p_r$: there $V=-2\log 2=-1.3863$, which is $-1$ times the
   loss of a $D$ that answers ½ everywhere.
""",
        ((_DIV + "integrands.py", "js_density"), (_EQ, "scores")),
        "Goodfellow et al. 2014, Theorem 1",
    ),
    Proof(
        "What the non-saturating loss follows",
        r"\nabla_\theta\,\mathbb{E}[-\log D^*(G)]=\nabla_\theta\big[\mathrm{KL}(p_g\|p_r)-2\,\mathrm{JS}\big]",
        r"""
1. With $D^*$ held fixed, $-\log D^*=\log\frac{p_g}{p_r}-\log\frac{p_g}{p_r+p_g}$.
2. The gradient of $\mathbb{E}_{p_g}$ of the first term is that of $\mathrm{KL}(p_g\|p_r)$.
3. The second is $-\log(1-D^*)$, whose gradient is that of $-2\,\mathrm{JS}$ by the theorem above.
4. So G follows a reverse KL, which forgives missing modes, and *minus* a JS, which pushes it away.
""",
        ((_OBJ, "NSGAN.g_loss"),),
        "Arjovsky & Bottou 2017, Theorem 2.5",
    ),
    Proof(
        "Least squares",
        r"D^*_{\mathrm{LSGAN}}(x)=\frac{b\,p_r(x)+a\,p_g(x)}{p_r(x)+p_g(x)}",
        r"""
1. At each $x$, $\tfrac12p_r(y-b)^2+\tfrac12p_g(y-a)^2$ is smallest at the weighted mean of the labels.
2. With $a=0$, $b=1$ that is the curve of the first formula, though no sigmoid is in sight.
3. With $b-c=1$ and $b-a=2$, twice G's cost together with $\tfrac12\mathbb{E}_{p_r}(D^*-c)^2$, which G
   does not see, is Pearson's $\chi^2$ of $p_r+p_g$ against $2p_g$.
""",
        ((_EQ, "lsgan_discriminator"), (_OBJ, "LSGAN.d_loss")),
        "Mao et al. 2017, Section 3.2",
    ),
    Proof(
        "Hinge",
        r"D^*_{\mathrm{hinge}}=\mathrm{sign}(p_r-p_g),\qquad \mathcal{L}_D=2-2\,\mathrm{TV}",
        r"""
1. For $y\in[-1,1]$ the loss at $x$ is $p_r(1-y)+p_g(1+y)$: a straight line in $y$.
2. So its best $y$ is an end of the interval, 1 where $p_r>p_g$ and −1 where $p_g>p_r$.
3. Put back: $\int p_r+p_g-|p_r-p_g|\,dx=2-2\,\mathrm{TV}$.
""",
        ((_EQ, "hinge_discriminator"), (_OBJ, "Hinge.d_loss")),
        "Lim & Ye 2017",
    ),
    Proof(
        "The relativistic pair",
        r"D^*_{\mathrm{R3GAN}}(x)=\log\frac{p_r(x)}{p_g(x)}+\text{const}",
        r"""
1. Without penalties the loss is $\iint p_r(x)p_g(y)\,\mathrm{softplus}(D(y)-D(x))$: only differences
   $t=D(x)-D(y)$ count.
2. For one pair of places it is $a\,\mathrm{softplus}(-t)+b\,\mathrm{softplus}(t)$ with
   $a=p_r(x)p_g(y)$, $b=p_r(y)p_g(x)$: smallest at $t=\log a/b$.
3. $D=\log p_r/p_g$ gives every pair its own best $t$ at once: the logit of GAN's $D^*$. R1 and R2
   then pull its slopes down.
""",
        ((_EQ, "relativistic_loss"), (_OBJ, "R3GAN.d_loss")),
        "Jolicoeur-Martineau 2019; Huang et al. 2024",
    ),
    Proof(
        "The critic of WGAN",
        r"\max_{|f'|\le1}\mathbb{E}_{p_r}f-\mathbb{E}_{p_g}f=W_1,\qquad f'=\mathrm{sign}(F_g-F_r)",
        r"""
1. Integrate by parts: $\int f\,(p_r-p_g)\,dx=\int f'\,(F_g-F_r)\,dx$.
2. With $|f'|\le 1$ this is largest if $f'$ has the sign of $F_g-F_r$ wherever that is not 0.
3. Then it is $\int|F_g-F_r|\,dx$, which is EM.
4. Between two supports $|F_g-F_r|$ is 1, so $f$ has slope 1 exactly where $D^*$ has none.
""",
        ((_EQ, "potential"), (_OBJ, "WGAN.d_loss")),
        "Arjovsky et al. 2017, Theorem 3 and equation 2",
    ),
)
DISTANCES = (
    Proof(
        "Kullback–Leibler",
        r"\mathrm{KL}(p_r\|p_g)=\int p_r\log\frac{p_r}{p_g}\,dx",
        r"""
1. The extra length of a code for $p_r$ that was made for $p_g$: infinite where $p_g$ has none.
2. Adding $p_g-p_r$, whose integral is 0, makes the integrand $p\,(t+e^{-t}-1)\ge0$ with
   $t=\log p_r/p_g$: nearly equal densities do not cancel.
""",
        ((_DIV + "integrands.py", "kl_density"),),
        "Kullback & Leibler 1951",
    ),
    Proof(
        "Jensen–Shannon",
        r"\mathrm{JS}=\tfrac12\mathrm{KL}(p_r\|m)+\tfrac12\mathrm{KL}(p_g\|m),\quad m=\tfrac12(p_r+p_g)",
        r"""
1. $m$ has mass wherever either has, so JS is finite for *every* pair, and symmetric.
2. Where the two do not overlap, $p/m=2$: each KL is $\log 2$, so JS is $\log 2$ too, and moving
   $p_g$ changes nothing.
3. $\sqrt{\mathrm{JS}}$ satisfies the triangle inequality; JS does not.
""",
        ((_DIV + "integrands.py", "js_density"),),
        "Lin 1991; Endres & Schindelin 2003",
    ),
    Proof(
        "Total variation",
        r"\mathrm{TV}=\tfrac12\int|p_r-p_g|\,dx=\sup_A|P_r(A)-P_g(A)|",
        r"""
1. The best $A$ is where $p_r>p_g$; there the difference is half of the whole area.
2. Between two crossings of the densities it is a difference of CDFs: no quadrature is needed.
""",
        ((_DIV + "measure.py", "Pair.tv"),),
        "Arjovsky et al. 2017, Section 2",
    ),
    Proof(
        "Hellinger and χ²",
        r"H^2=\tfrac12\int(\sqrt{p_r}-\sqrt{p_g})^2dx,\qquad \chi^2=\int\frac{(p_r-p_g)^2}{p_g}\,dx",
        r"""
1. $H^2\le\mathrm{TV}\le H\sqrt{2-H^2}$: Hellinger saturates together with TV, but smoothly.
2. $\mathrm{KL}\le\log(1+\chi^2)$, by Jensen's inequality: χ² is infinite first, for tails alone.
""",
        (
            (_DIV + "integrands.py", "hellinger_density"),
            (_DIV + "integrands.py", "chi2_log_density"),
        ),
        "Tsybakov 2009, Section 2.4",
    ),
    Proof(
        "Earth mover",
        r"W_1=\min_{\gamma}\mathbb{E}_\gamma|x-y|=\int|F_r-F_g|\,dx=\int_0^1|Q_r-Q_g|\,du",
        r"""
1. Across a place $x$ the mass $|F_r(x)-F_g(x)|$ must be carried, in any plan: at least the area.
2. Carrying equal quantiles onto each other never crosses, and so carries no more than that.
3. Where one CDF lies wholly beside the other, the area is the difference of the means: move $p_g$
   by a small $\epsilon$ towards $p_r$, and it shrinks by $\epsilon$, however far apart they are.
""",
        ((_DIV + "measure.py", "Pair.w1"), (_DIV + "coupling.py", "plan")),
        "Vallender 1974; Santambrogio 2015, Theorem 2.9",
    ),
    Proof(
        "Wasserstein of order 2",
        r"W_2^2=\int_0^1\big(Q_r(u)-Q_g(u)\big)^2du",
        r"""
1. The monotone plan is optimal for every convex cost, so the same coupling serves.
2. It is a map, $T=Q_g\circ F_r$, wherever $p_r$ has a density: substitute $u=F_r(x)$ and integrate
   $(x-T(x))^2p_r(x)$. Point masses share out the rest.
""",
        ((_DIV + "transport.py", "squared_w2"),),
        "Santambrogio 2015, Theorem 2.9",
    ),
)


def show(proofs: tuple[Proof, ...]) -> None:
    """Every formula with its steps beside it, and below them, to open, the source."""
    for proof in proofs:
        with st.container(border=True):
            st.markdown(f"#### {proof.title}")
            left, right = st.columns(2, gap="large")
            with left:
                st.latex(proof.formula)
                st.caption(proof.paper)
            right.markdown(proof.steps)
            names = ", ".join(f"`{name}`" for _, name in proof.code)
            with st.expander(f"The source: {names}", icon=":material/code:"):
                for file, name in proof.code:
                    source.show(file, name)
