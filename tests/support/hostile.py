"""Names as somebody who means harm would give them to photographs, classes, clusters and tags."""

HOSTILE = {
    "colour": "\x1b[31mred",
    "title": "\x1b]0;owned\x07",
    "clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "erased": "good\x1b[2K\rbad",
    "c1": "\x9b31mred",
    "bell": "ding\x07\x08",
    "rtl": "Kiwi\u202egpj.exe",
    "isolate": "\u2066Kiwi\u2069",
    "separator": "one\u2028two",
    "bytes": "\udcff\udcfe",  # not UTF-8, as Python reads such names (PEP 383)
    "markup": "[red]<b>[/nothing]",
    "quotes": "'\"`$(touch owned)`;&|",
    "long": "x" * 5000,
}
STEERS = "\x1b\x07\x08\r\x9b\u202e\u2066\u2069\u2028\udcff"
