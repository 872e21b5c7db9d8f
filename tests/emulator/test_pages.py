"""Pages over REST: versions and conflicts, titles, storage as Confluence keeps it, properties, labels, files,
the tree."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.emulator.conftest import Film
from worker.emulator.storage import check_storage, saved


def bare(storage: str) -> str:
    """Return storage without the ids that saving adds."""
    return re.sub(r' (ac:|ri:)?(local-id|macro-id|schema-version|version-at-save)="[^"]*"', "", storage)


def stored(film: Film, page_id: str) -> str:
    return str(film.as_bot.json("GET", f"/wiki/api/v2/pages/{page_id}?body-format=storage")["body"]["storage"]["value"])


def test_a_page_is_saved_by_naming_the_next_version(film: Film) -> None:
    page = film.page()["id"]
    assert film.save(page, 2, "<p>Two</p>", message="second").status_code == 200
    stale = film.save(page, 2, "<p>Again</p>")
    assert stale.status_code == 409
    assert stale.json()["errors"][0]["code"] == "CONFLICT"
    assert film.save(page, 4, "<p>Too far</p>").status_code == 409
    versions = film.as_bot.json("GET", f"/wiki/api/v2/pages/{page}/versions")["results"]
    assert [(each["number"], each["message"]) for each in versions] == [(2, "second"), (1, "")]
    old = film.as_bot.json("GET", f"/wiki/api/v2/pages/{page}?version=1&body-format=storage")
    assert bare(old["body"]["storage"]["value"]) == "<p>Hello</p>"


@pytest.mark.parametrize("left_out", ["id", "status", "title", "body", "version"])
def test_a_save_names_everything(film: Film, left_out: str) -> None:
    page = film.page()["id"]
    body = {"representation": "storage", "value": "<p/>"}
    asked = {"id": page, "status": "current", "title": "Learnings", "body": body, "version": {"number": 2}}
    del asked[left_out]
    assert film.as_bot("PUT", f"/wiki/api/v2/pages/{page}", json=asked).status_code == 400


def test_a_page_has_no_body_unless_asked_for(film: Film) -> None:
    page = film.page()["id"]
    assert film.as_bot.json("GET", f"/wiki/api/v2/pages/{page}")["body"] == {}


def test_a_title_is_unique_in_its_space_in_any_case_and_free_again_in_the_trash(film: Film) -> None:
    page = film.page("Learnings")["id"]
    body = {"representation": "storage", "value": "<p/>"}
    asked = {"spaceId": film.space, "status": "current", "title": "LEARNINGS", "body": body}
    clash = film.as_bot("POST", "/wiki/api/v2/pages", json=asked)
    assert clash.status_code == 400
    assert "title already exists" in clash.json()["errors"][0]["title"]
    other = film.page("Other")["id"]
    assert film.save(other, 2, "<p/>", title="Learnings").status_code == 400
    film.as_bot("DELETE", f"/wiki/api/v2/pages/{page}")
    assert film.as_bot("POST", "/wiki/api/v2/pages", json=asked).status_code == 200


@pytest.mark.parametrize(
    "storage", ["<p>open", "<p>a & b</p>", "<p>&nosuch;</p>", "<foo:bar/>", "<p a=b/>", "<p>\x01</p>"]
)
def test_storage_that_is_no_xhtml_is_refused(film: Film, storage: str) -> None:
    page = film.page()["id"]
    answer = film.save(page, 2, storage)
    assert answer.status_code == 400
    assert "Error parsing xhtml" in answer.json()["errors"][0]["title"]
    assert film.site.pages[page].version == 1


def test_a_body_beyond_five_mebibytes_is_refused(film: Film) -> None:
    page = film.page()["id"]
    assert film.save(page, 2, "<p>" + "x" * 5_242_880 + "</p>").status_code == 413


def test_a_parent_must_be_in_the_same_space(film: Film) -> None:
    film.site.add_space("OPS", "Operations", by=film.ana)
    elsewhere = film.site.create_page("OPS", "There", "<p/>", by=film.ana)
    body = {"representation": "storage", "value": "<p/>"}
    asked = {"spaceId": film.space, "status": "current", "title": "Here", "body": body, "parentId": elsewhere}
    assert film.as_bot("POST", "/wiki/api/v2/pages", json=asked).status_code == 400
    assert film.as_bot("POST", "/wiki/api/v2/pages", json=asked | {"parentId": "1"}).status_code == 400


def test_saving_adds_ids_and_sorts_parameters_and_keeps_every_other_character(film: Film) -> None:
    name, hidden = (
        f'<ac:parameter ac:name="{key}">{value}</ac:parameter>' for key, value in (("name", "x"), ("hidden", "no"))
    )
    storage = (
        '<p>a&nbsp;b &amp; "c"</p>\n<ac:structured-macro ac:name="excerpt">{0}\n  {1}'
        "<ac:rich-text-body><ul><li>x</li></ul></ac:rich-text-body></ac:structured-macro>"
        '<ac:structured-macro ac:name="code"><ac:plain-text-body>'
        "<![CDATA[<p>kept</p><ac:task></ac:task>]]></ac:plain-text-body></ac:structured-macro>"
    )
    page = film.page("Learnings", storage.format(name, hidden))["id"]
    kept = stored(film, page)
    assert bare(kept) == storage.format(hidden, name)
    assert re.search(r'<p local-id="[0-9a-f-]{36}">a&nbsp;b', kept)
    ids = r'ac:name="excerpt" ac:local-id="[0-9a-f-]{36}" ac:schema-version="1" ac:macro-id="[0-9a-f-]{36}">'
    assert re.search(ids, kept)


def test_saving_what_was_kept_changes_nothing(film: Film) -> None:
    storage = '<h2>T</h2><table><tbody><tr><td><p>x</p></td></tr></tbody></table><ac:structured-macro ac:name="toc" />'
    page = film.page("Learnings", storage)["id"]
    kept = stored(film, page)
    film.save(page, 2, kept)
    assert stored(film, page) == kept


def test_macros_with_one_parameter_each_are_left_in_place() -> None:
    one = '<ac:structured-macro ac:name="{0}"><ac:parameter ac:name="z">{0}</ac:parameter></ac:structured-macro>'
    text = one.format("a") + "<p>between</p>" + one.format("b") + one.format("c")
    kept = saved(text, lambda: "id")
    check_storage(kept)
    assert bare(kept) == text


def test_a_page_link_learns_the_version_it_was_saved_at(film: Film) -> None:
    film.page("Target")
    page = film.page("Learnings", '<p><ac:link><ri:page ri:content-title="Target" /></ac:link></p>')["id"]
    assert '<ri:page ri:content-title="Target" ri:version-at-save="1" />' in stored(film, page)


def test_tasks_keep_their_ids_and_get_a_uuid_once(film: Film) -> None:
    task = "<ac:task><ac:task-id>7</ac:task-id><ac:task-status>incomplete</ac:task-status>"
    task += "<ac:task-body>x</ac:task-body></ac:task>"
    page = film.page("Learnings", f"<ac:task-list>{task}</ac:task-list>")["id"]
    kept = stored(film, page)
    assert re.search(r"<ac:task-id>7</ac:task-id><ac:task-uuid>[0-9a-f-]{36}</ac:task-uuid><ac:task-status>", kept)
    film.site.tick_task(page, "7", by=film.ana)
    ticked = stored(film, page)
    assert ticked == kept.replace("incomplete", "complete")
    assert film.site.pages[page].latest.author == film.ana


def test_an_inline_comment_marks_the_text_and_dangles_when_its_marker_is_gone(film: Film) -> None:
    page = film.page("Learnings", "<p>Ask first &amp; often</p>")["id"]
    film.site.comment_inline(page, "first & often", "Really?", by=film.ole)
    kept = stored(film, page)
    assert re.search(r'Ask <ac:inline-comment-marker ac:ref="[^"]+">first &amp; often</ac:inline-comment-marker>', kept)
    assert film.site.pages[page].version == 1

    def resolution() -> str:
        found = film.as_bot.json("GET", f"/wiki/api/v2/pages/{page}/inline-comments?body-format=storage")["results"]
        return str(found[0]["resolutionStatus"])

    film.save(page, 2, kept + "<p>more</p>")
    assert resolution() == "open"
    film.save(page, 3, "<p>Ask first &amp; often</p>")
    assert resolution() == "dangling"
    assert film.as_bot.json("GET", f"/wiki/api/v2/pages/{page}/inline-comments?resolution-status=open")["results"] == []


def test_trashed_and_archived_pages_answer_with_their_status(film: Film) -> None:
    gone, old = film.page("Gone")["id"], film.page("Old")["id"]
    film.site.trash_page(gone, by=film.ana)
    film.site.archive_page(old, by=film.ana)
    for page, status in ((gone, "trashed"), (old, "archived")):
        assert film.as_bot.json("GET", f"/wiki/api/v2/pages/{page}")["status"] == status
    listed = film.as_bot.json("GET", f"/wiki/api/v2/pages?id={gone},{old}&status=current,archived,trashed")
    assert {each["id"]: each["status"] for each in listed["results"]} == {gone: "trashed", old: "archived"}
    assert film.save(old, 2, "<p/>", title="Old").status_code == 400


def test_a_live_page_says_so_and_shows_no_body(film: Film) -> None:
    page = film.page()["id"]
    film.site.make_live(page)
    found = film.as_bot.json("GET", f"/wiki/api/v2/pages/{page}?body-format=storage")
    assert (found["subtype"], found["body"]["storage"]["value"]) == ("live", "")


def test_a_restricted_space_is_read_and_not_written(film: Film) -> None:
    page = film.page()["id"]
    film.site.restrict("ENG", film.bot)
    assert film.save(page, 2, "<p/>").status_code == 403
    label = [{"prefix": "global", "name": "x"}]
    assert film.as_bot("POST", f"/wiki/rest/api/content/{page}/label", json=label).status_code == 403
    assert (
        film.as_bot("POST", f"/wiki/api/v2/pages/{page}/properties", json={"key": "k", "value": 1}).status_code == 403
    )
    assert film.as_bot("GET", f"/wiki/api/v2/pages/{page}").status_code == 200
    assert film.save(page, 2, "<p/>", film.as_ana).status_code == 200


def test_a_content_property_is_saved_by_id_and_races_are_conflicts(film: Film) -> None:
    base = f"/wiki/api/v2/pages/{film.page()['id']}/properties"
    made = film.as_bot.json("POST", base, json={"key": "learnloop", "value": {"v": 1}})
    assert film.as_bot("POST", base, json={"key": "learnloop", "value": 2}).status_code == 409
    asked: dict[str, Any] = {"key": "learnloop", "value": {"v": 2}, "version": {"number": 2}}
    assert film.as_bot.json("PUT", f"{base}/{made['id']}", json=asked)["version"]["number"] == 2
    assert film.as_bot("PUT", f"{base}/{made['id']}", json=asked).status_code == 409
    found = film.as_bot.json("GET", f"{base}?key=learnloop")["results"]
    assert [each["value"] for each in found] == [{"v": 2}]
    assert film.as_bot("PUT", f"{base}/learnloop", json=asked).status_code == 404


def test_lists_are_walked_by_cursor_and_link_header(film: Film) -> None:
    ids = [film.page(f"Page {n}")["id"] for n in range(5)]
    path, seen = f"/wiki/api/v2/pages?space-id={film.space}&limit=2", []
    while path:
        answer = film.as_bot("GET", path)
        content = answer.json()
        seen += [each["id"] for each in content["results"]]
        path = content["_links"].get("next", "")
        assert ('rel="next"' in answer.headers.get("Link", "")) == bool(path)
    assert set(ids) < set(seen)
    assert len(seen) == len(set(seen)) == 6


def test_many_pages_are_read_in_one_call_and_not_more_than_250(film: Film) -> None:
    first, second = film.page("One")["id"], film.page("Two")["id"]
    found = film.as_bot.json("GET", f"/wiki/api/v2/pages?id={first},{second},1&limit=250&body-format=storage")
    assert [each["version"]["number"] for each in found["results"]] == [1, 1]
    assert film.as_bot("GET", "/wiki/api/v2/pages?limit=251").status_code == 400


def test_a_page_moves_with_its_children_and_never_under_itself(film: Film) -> None:
    top, below = film.page("Top")["id"], film.page("Below")["id"]
    move = "/wiki/rest/api/content/{}/move/{}/{}"
    assert film.as_bot.json("PUT", move.format(below, "append", top)) == {"pageId": below}
    assert film.site.pages[below].parent_id == top
    assert film.as_bot("PUT", move.format(top, "append", below)).status_code == 400
    other = film.page("Other")["id"]
    film.as_bot("PUT", move.format(other, "before", top))
    home = film.site.world.space("ENG").homepage_id
    children = film.as_bot.json("GET", f"/wiki/api/v2/pages/{home}/children")["results"]
    assert [each["title"] for each in children] == ["Other", "Top"]
    above = film.as_bot.json("GET", f"/wiki/api/v2/pages/{below}/ancestors")["results"]
    assert [each["id"] for each in above] == [home, top]


def test_an_attachment_needs_the_token_header_and_gets_versions(film: Film) -> None:
    page = film.page()["id"]
    path = f"/wiki/rest/api/content/{page}/child/attachment"
    files = {"file": ("plot.png", b"one", "image/png"), "minorEdit": (None, "true")}
    allowed = {"X-Atlassian-Token": "no-check"}
    assert film.as_bot("PUT", path, files=files).status_code == 403
    assert film.as_bot("PUT", path, files=files, headers=allowed).status_code == 200
    assert film.as_bot("POST", path, files=files, headers=allowed).status_code == 400
    newer = {"file": ("plot.png", b"two", "image/png"), "minorEdit": (None, "true")}
    film.as_bot("PUT", path, files=newer, headers=allowed)
    found = film.as_bot.json("GET", f"/wiki/api/v2/pages/{page}/attachments?filename=plot.png")["results"]
    assert [(each["version"]["number"], each["fileSize"]) for each in found] == [(2, 3)]
    assert film.as_bot("GET", f"{path}/{found[0]['id']}/download").content == b"two"


def test_watchers_are_mailed_unless_the_edit_is_minor(film: Film) -> None:
    film.site.watch("ENG", film.ole)
    page = film.page()["id"]
    assert [(mail.to, mail.reason) for mail in film.site.mails] == [(film.ole, "page created")]
    film.site.world.mails.clear()
    film.site.watch(page, film.ana)
    film.save(page, 2, "<p>Two</p>", minorEdit=True)
    assert film.site.mails == []
    film.save(page, 3, "<p>Three</p>")
    assert [(mail.to, mail.about) for mail in film.site.mails] == [(film.ana, page)]


def test_people_edit_rename_and_move_pages(film: Film) -> None:
    page, other = film.page()["id"], film.page("Other")["id"]
    film.site.edit_page(page, lambda old: old + "<p>mine</p>", by=film.ana, message="by hand")
    film.site.rename_page(page, "What we learned", by=film.ana)
    film.site.move_page(page, other, by=film.ana)
    found = film.as_bot.json("GET", f"/wiki/api/v2/pages/{page}?body-format=storage")
    assert (found["title"], found["parentId"], found["version"]["number"]) == ("What we learned", other, 3)
    assert bare(found["body"]["storage"]["value"]) == "<p>Hello</p><p>mine</p>"
    assert film.site.page_by_title("ENG", "What we learned").id == page
