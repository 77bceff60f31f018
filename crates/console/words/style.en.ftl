style-title = Style
style-lead = Everything pages are made of, in one place: served while developing only.
