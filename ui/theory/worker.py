"""What the theory pages ask of the warm worker."""

from typing import Any

import numpy as np
import streamlit as st

from gan_core.answers.wire import unpack
from gan_core.catalog import BadInput
from ui import gallery, server


@st.cache_data(max_entries=64, show_spinner=False)
def _answer(request: dict[str, Any]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    about, data = server.executor().ask(request)
    return about, {name: array.astype(float) for name, array in unpack(about, data).items()}


def ask(**request: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]] | None:
    """The worker's answer and its arrays by name; None where it refuses, which is then said."""
    try:
        return _answer(request)
    except BadInput as error:
        st.warning(gallery.plain(str(error)), icon=":material/edit:")
    except RuntimeError as error:
        st.warning(
            f"{gallery.plain(str(error))} Nothing is lost: change something or try again.",
            icon=":material/refresh:",
        )
    return None
