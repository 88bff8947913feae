"""The frame around every page: title, icon, navigation, and workers that get warm meanwhile."""

import streamlit as st

from ui import nav, server

st.set_page_config(**nav.LOOK)
st.session_state[nav.FRAMED] = True
st.html(nav.STYLE)
server.executor()
st.logo(nav.ICON, size="large")
st.navigation(nav.pages(), position="top").run()
