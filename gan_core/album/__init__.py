"""People's own pictures: read as untrusted files, kept as one array of bytes, named by content.

`archive` looks into a ZIP, `decode` makes one picture of one file, `bring` makes a set of many,
`store` keeps sets and finds them; `apart` does the reading in a process of its own. Torch-free.
"""
