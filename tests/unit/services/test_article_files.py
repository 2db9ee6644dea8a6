"""Articles are read from what care teams have: YAML, JSON Lines, Markdown and CSV."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from carebot.article_files import plain, read_articles
from carebot.core.article import Article, ArticleMode, Variant
from carebot.errors import ArticleError

ROOT = Path(__file__).parents[3]
RETURNS = Article(
    slug="returns",
    title="Send something back",
    variants={
        "en": Variant(language="en", short="You have 30 days.", long="You have 30 days.\n\nUse the label.")
    },
    examples=("how do I return it", "send it back"),
    brand="Plumvelo",
    link="https://help.plumvelo.example/returns",
    mode=ArticleMode.AUTO,
    safe_with_private=True,
    owner="care",
    review_at=date(2027, 6, 1),
)
YAML = """\
articles:
  - slug: returns
    title: Send something back
    brand: Plumvelo
    link: https://help.plumvelo.example/returns
    mode: auto
    safe_with_private: true
    owner: care
    review_at: 2027-06-01
    approved: true
    languages:
      en:
        short: You have 30 days.
        long: "You have 30 days.\\n\\nUse the label."
    examples:
      - how do I return it
      - send it back
"""
BARE_YAML = "\n".join(line.removeprefix("  ") for line in YAML.splitlines()[1:])
JSON = (
    '{"slug": "returns", "title": "Send something back", "brand": "Plumvelo", "mode": "auto", '
    '"owner": "care", "link": "https://help.plumvelo.example/returns", "safe_with_private": true, '
    '"review_at": "2027-06-01", '
    '"approved": true, "language": "en", "short": "You have 30 days.", '
    '"answer": "You have 30 days.\\n\\nUse the label.", "examples": ["how do I return it", "send it back"]}\n'
)
MARKDOWN = """\
---
slug: returns
title: Send something back
brand: Plumvelo
link: https://help.plumvelo.example/returns
mode: auto
safe_with_private: true
owner: care
review_at: 2027-06-01
approved: true
language: en
examples:
  - how do I return it
  - send it back
---
# Send something back

You have **30
days**.

Use the label.
"""
CSV = (
    "Slug;Title;Brand;Link;Mode;safe_with_private;owner;review_at;approved;language;short;answer;examples\r\n"
    "returns;Send something back;Plumvelo;https://help.plumvelo.example/returns;auto;true;care;2027-06-01;true;en;"
    'You have 30 days.;"You have 30 days.\r\n\r\nUse the label.";how do I return it|send it back\r\n'
)
FORMATS = {"a.yaml": YAML, "bare.yml": BARE_YAML, "a.jsonl": JSON, "a.md": MARKDOWN, "a.csv": CSV}


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_bytes(text.encode())
    return file


@pytest.mark.parametrize(("name", "text"), FORMATS.items(), ids=FORMATS)
def test_every_format_gives_the_same_article(tmp_path: Path, name: str, text: str) -> None:
    assert read_articles(written(tmp_path, name, text)) == [RETURNS]


@pytest.mark.parametrize(("name", "text"), FORMATS.items(), ids=FORMATS)
def test_an_article_is_approved_only_when_source_and_caller_both_say_so(
    tmp_path: Path, name: str, text: str
) -> None:
    kinds = {
        allow: read_articles(written(tmp_path, name, text), allow_approved=allow)[0].approved
        for allow in (True, False)
    }
    silent = (
        text.replace("approved: true", "").replace('"approved": true, ', "").replace("approved;", "owner2;")
    )
    quiet = silent.replace("owner2;", "").replace("06-01;true;en", "06-01;en")

    assert kinds == {True: True, False: False}
    assert not read_articles(written(tmp_path, name, quiet), allow_approved=True)[0].approved


def test_the_shipped_examples_can_be_read() -> None:
    articles = read_articles(ROOT / "examples" / "articles-2020.yaml", allow_approved=True)

    assert len(articles) == 34
    assert not any(article.approved for article in articles)
    assert all(article.variants["en"].short and article.variants["en"].long for article in articles)


def test_a_folder_of_markdown_is_one_collection(tmp_path: Path) -> None:
    (tmp_path / "de").mkdir()
    written(tmp_path, "b.md", MARKDOWN)
    written(
        tmp_path / "de",
        "a.md",
        MARKDOWN.replace("language: en", "language: de").replace("send it", "sende es"),
    )
    written(tmp_path, "notes.txt", "not an article")

    (article,) = read_articles(tmp_path)

    assert set(article.variants) == {"en", "de"}
    assert article.examples == ("how do I return it", "send it back", "sende es back")


def test_the_same_slug_twice_in_one_language_stays_two_articles(tmp_path: Path) -> None:
    assert len(read_articles(written(tmp_path, "a.jsonl", JSON + JSON))) == 2


def test_languages_are_joined_only_within_a_brand_and_approved_only_together(tmp_path: Path) -> None:
    german = JSON.replace('"en"', '"de"')
    other = german.replace("Plumvelo", "Otherbrand")
    unsure = german.replace('"approved": true, ', "")

    joined = read_articles(written(tmp_path, "a.jsonl", JSON + unsure), allow_approved=True)

    assert [article.approved for article in joined] == [False]
    assert len(read_articles(written(tmp_path, "b.jsonl", JSON + other))) == 2


def test_a_short_text_in_front_matter_stands_above_the_first_paragraph(tmp_path: Path) -> None:
    text = MARKDOWN.replace("owner: care", "short: Within 30 days, sure.")

    (article,) = read_articles(written(tmp_path, "a.md", text))

    assert article.variants["en"].short == "Within 30 days, sure."


def test_markdown_becomes_the_plain_text_that_networks_show() -> None:
    markdown = (
        "# Title\n\nOpen *Settings*, [here](https://a.example/b_c),\nthen `reset`.\n\n"
        "* one\n* 2 * 3\n\n![](x.png)"
    )

    assert plain(markdown) == "Open Settings, here (https://a.example/b_c), then reset.\n\n- one\n- 2 * 3"


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        (
            "a.yaml",
            YAML.replace("slug: returns", "slug: Re turns"),
            "a.yaml:2: `slug` expected small letters",
        ),
        ("a.yaml", YAML.replace("slug: returns", "slug: out_of_scope"), "a.yaml:2: `slug` expected"),
        ("a.yaml", YAML.replace("title:", "titel:"), "a.yaml:3: `titel` is not a field of an article"),
        ("a.yaml", YAML.replace("mode: auto", "mode: loud"), "a.yaml:6: `mode` expected 'off', 'suggest' or"),
        ("a.yaml", YAML.replace("2027-06-01", "soon"), "a.yaml:9: `review_at` expected a valid date"),
        (
            "a.yaml",
            YAML.replace("      en:", "      english:"),
            "a.yaml:12: `languages.english` expected two",
        ),
        ("a.yaml", YAML.replace("send it back", '" "'), "a.yaml:17: `examples.1` has no words"),
        ("a.yaml", "articles:\n  - 5\n", "a.yaml:2: expected an article"),
        ("a.yaml", "title: x\n", "a.yaml:1: expected `articles:` and a list"),
        ("a.yaml", "articles: [\n", "a.yaml:2:1: is not YAML"),
        ("a.yaml", "a: &x 1\nb: *x\n", ": b: anchors"),
        ("a.jsonl", JSON + "{nope}\n", "a.jsonl:2: not JSON"),
        ("a.jsonl", JSON + "[1]\n", "a.jsonl:2: expected one JSON object"),
        ("a.jsonl", JSON.replace('"language": "en", ', ""), "a.jsonl:1: `language` is missing"),
        (
            "a.jsonl",
            JSON.replace('"short"', '"note"').replace('"answer"', '"text"'),
            "expected a `short` or a `long`",
        ),
        ("a.csv", CSV + "a;b;c;d;e;f;g;h;i;j;k;l;m;n\r\n", "a.csv:5: 14 columns under 13 headings"),
        ("a.csv", CSV + 'a;"b\r\n', "a.csv:5: not CSV"),
        ("a.csv", CSV + "x;;;;;;;;;en;hi;;\r\n", "a.csv:5: `title` is missing"),
        ("a.md", "just words", "a.md:1: expected `---`"),
        ("a.md", MARKDOWN.replace("owner: care", "wooner: care"), "a.md:8: `wooner` is not a field"),
        ("a.md", MARKDOWN.replace("slug: returns", "slug: [returns"), "is not YAML"),
        ("a.md", "---\n- a\n---\nb", "a.md:2: expected fields"),
        ("a.html", "<p>", "expected a file that ends in .yaml"),
        ("a.csv", " \n", "the file is empty"),
    ],
)
def test_a_mistake_names_file_line_and_what_was_expected(
    tmp_path: Path, name: str, text: str, complaint: str
) -> None:
    file = written(tmp_path, name, text)

    with pytest.raises(ArticleError) as raised:
        read_articles(file)

    assert raised.value.detail.startswith(str(tmp_path))
    assert complaint in raised.value.detail


def test_mistakes_of_all_files_are_listed_together(tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        written(tmp_path, name, MARKDOWN.replace("title:", "titel:"))

    with pytest.raises(ArticleError) as raised:
        read_articles(tmp_path)

    assert raised.value.detail.count("`titel` is not a field") == 2


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    latin = tmp_path / "a.csv"
    latin.write_bytes("slug;title\nä;b".encode("latin-1"))

    with pytest.raises(ArticleError, match="not UTF-8 at byte 12"):
        read_articles(latin)
    with pytest.raises(ArticleError, match="cannot be read: No such file"):
        read_articles(tmp_path / "none.csv")
    with pytest.raises(ArticleError, match=r"there is no \.md file in this folder"):
        read_articles(tmp_path)
