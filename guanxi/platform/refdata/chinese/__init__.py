"""Chinese text: pinyin, scripts and widths, the lunar calendar, identity numbers, phones, names. Pure, without Django
models, so that any room may use it."""
