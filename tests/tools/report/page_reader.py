"""What a page holds, for tests: tables, images, references, and all of its text."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """`tables`: by name, rows of cells (text, data-value or None); `images`: (source, text instead
    of it); `references`: every address in an attribute."""

    ADDRESSES = ("src", "href", "srcset", "action", "poster", "data", "content", "style")

    def __init__(self, text):
        super().__init__()
        self.tables, self.images, self.references, self.tags = {}, [], [], set()
        self.text = ""
        self._table = None
        self._in_cell = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.add(tag)
        self.references += [attributes[name] for name in self.ADDRESSES if name in attributes]
        if tag == "img":
            self.images.append((attributes["src"], attributes["alt"]))
        elif tag == "table":
            self._table = self.tables.setdefault(attributes["data-table"], [])
        elif tag == "tr":
            self._table.append([])
        elif tag in ("td", "th"):
            self._table[-1].append(["", attributes.get("data-value")])
            self._in_cell = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data):
        self.text += data
        if self._in_cell:
            self._table[-1][-1][0] += data
