"""REL-16: the embedded index deleted, damaged, behind, its disk full, its writer killed. Only the search suffers.

TEST_KILLS raises how often the writer is killed (50 by default).
"""

import os
import random
import shutil
import signal
import stat
import subprocess
import threading
import time

import pytest

from search import indexing, tasks
from search.engine import Document, Key, Query, Unavailable
from search.engines import _made
from search.engines import engine as engine_in_use
from search.engines.whoosh import WhooshEngine
from search.models import Waiting

WORDS = ["printer", "invoice", "login", "backup", "router", "export", "webhook", "refund", "avatar", "timeout"]
EVERYONE, STAFF = frozenset({"everyone"}), frozenset({"staff"})


@pytest.fixture(autouse=True)
def no_synonyms(monkeypatch):
    """Nothing here asks the database."""
    monkeypatch.setattr("search.searching.synonyms", lambda languages=(): [])
    monkeypatch.setattr("events.dispatch.ask", lambda task, *arguments: True)


def thing(pk: int, text: str = "", audience: frozenset[str] = EVERYONE):
    key = Key("article", pk)
    body = f"How the {WORDS[pk % 10]} and the {WORDS[pk * 7 % 9]} work, number n{pk}. {text}"
    return key, [Document(key, "", f"About {WORDS[pk % 10]} {pk}", "", body, audience=audience, section="docs")]


def things(count: int):
    """Every fifth is for the staff alone, and holds a word that nothing else has."""
    return [thing(pk, "canary" if pk % 5 == 0 else "", STAFF if pk % 5 == 0 else EVERYONE) for pk in range(count)]


def found(engine, text: str, tokens=EVERYONE, limit=100):
    return [hit.key.pk for hit in engine.search(Query(text, tokens, limit=limit)).hits]


def rights_hold(engine) -> bool:
    """Nothing of the staff's is found, counted or suggested."""
    for text in ("canary", "canarys", "canar"):
        answer = engine.search(Query(text, EVERYONE, is_prefix=text == "canar"))
        if answer.hits or answer.total or answer.did_you_mean or any(answer.counts.values()):
            return False
    return all(pk % 5 for word in WORDS for pk in found(engine, word))


@pytest.fixture
def engine(tmp_path):
    made = WhooshEngine(tmp_path / "search")
    made.rebuild(things(60))
    return made


def reader_of(engine) -> WhooshEngine:
    """Another process's engine, as it were."""
    return WhooshEngine(engine.folder.path)


def files_of(engine):
    return sorted(path for path in engine.folder.current().iterdir() if path.suffix == ".seg")


def test_rel_16_the_folder_is_for_this_user_alone(engine):
    assert stat.S_IMODE(engine.folder.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(engine.folder.current().stat().st_mode) == 0o700


def test_rel_16_an_index_that_is_not_there_is_said_in_a_sentence(tmp_path):
    engine = WhooshEngine(tmp_path / "search")
    with pytest.raises(Unavailable, match="being made"):
        engine.search(Query("printer", EVERYONE))
    with pytest.raises(Unavailable, match="not been made"):
        engine.put(dict([thing(1)]))
    assert "not been made" in engine.state()


def test_rel_16_a_deleted_index_answers_from_what_is_open_and_is_made_anew(engine):
    had = found(engine, "printer")
    shutil.rmtree(engine.folder.path)
    assert found(engine, "printer") == had and rights_hold(engine)
    assert "not been made" in engine.state()
    with pytest.raises(Unavailable):
        reader_of(engine).search(Query("printer", EVERYONE))
    reader_of(engine).rebuild(things(61))
    assert found(engine, "n60", STAFF) == [60] and found(engine, "printer") == had and engine.state() == "ready"


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_rel_16_a_flipped_byte_is_noticed_and_never_answered_from(engine, share):
    had = found(engine, "printer")
    (path,) = files_of(engine)
    data = bytearray(path.read_bytes())
    data[int(len(data) * share)] ^= 0x41
    path.write_bytes(data)
    for each in (engine, reader_of(engine)):
        with pytest.raises(Unavailable):
            each.search(Query("printer", EVERYONE))
    with pytest.raises(Unavailable, match="damaged"):
        engine.put(dict([thing(1, "new")]))
    assert "damaged" in engine.state()
    engine.rebuild(things(60))
    assert found(engine, "printer") == had and engine.state() == "ready"


@pytest.mark.parametrize("name", ["current", "_MAIN_1.toc", "sums-1.json"])
@pytest.mark.parametrize("content", [b"", b"\x80\x04cos\nsystem\n", b"[]", b"../../etc"])
def test_rel_16_what_somebody_else_wrote_is_never_unpickled(engine, name, content, monkeypatch):
    monkeypatch.setattr(os, "system", lambda command: pytest.fail("ran it"))
    path = engine.folder.path / name if name == "current" else engine.folder.current() / name
    path.write_bytes(content)
    reader = reader_of(engine)
    with pytest.raises(Unavailable):
        reader.search(Query("printer", EVERYONE))
    assert reader.state() != "ready"
    reader.rebuild(things(60))
    assert found(reader, "n7") == [7] and rights_hold(reader)


def test_rel_16_500_queries_answer_as_before_once_it_is_made_anew(engine):
    chance = random.Random(5)
    queries = [" ".join(chance.sample([*WORDS, "n3", "pritner", "work number"], 2)) for _ in range(500)]
    ask = lambda: [engine.search(Query(text, EVERYONE)) for text in queries]  # noqa: E731
    before = ask()
    shutil.rmtree(engine.folder.path)
    reader_of(engine).rebuild(things(60))
    assert ask() == before


def test_rel_16_what_changes_during_a_rebuild_is_in_the_new_index(engine):
    def read():
        for number, each in enumerate(things(60)):
            if number == 30:  # halfway: one changes that was read already, one is gone, one is new, one gets hidden
                other = reader_of(engine)
                assert other.state() == "rebuilding"
                other.put(dict([thing(1, "zebra"), thing(71), (Key("article", 2), []), thing(3, "zebra", STAFF)]))
                assert found(other, "zebra") == [1] and found(other, "n2") == []
                assert rights_hold(other)
            yield each

    assert engine.rebuild(read()) == 60
    assert found(engine, "zebra") == [1] and found(engine, "n71") == [71]
    assert found(engine, "n2") == [] and found(engine, "n3") == [] and found(engine, "n3", STAFF) == [3]
    assert rights_hold(engine)


def test_rel_16_only_one_rebuilds_at_a_time_and_a_broken_one_leaves_nothing(engine):
    def read():
        with pytest.raises(Unavailable, match="already"):
            reader_of(engine).rebuild(things(3))
        yield thing(1)
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(read())
    assert engine.state() == "ready" and len(found(engine, "work")) == 48
    engine.rebuild(things(60))
    assert len([path for path in engine.folder.path.iterdir() if path.is_dir()]) == 1


def test_rel_16_readers_answer_while_it_is_written_and_rebuilt(engine):
    problems: list[object] = []
    is_over = threading.Event()

    def read():
        reader = reader_of(engine)
        while not is_over.is_set():
            try:
                if found(reader, "n7") != [7] or not rights_hold(reader):
                    problems.append("wrong")
            except Exception as error:  # noqa: BLE001
                problems.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for each in readers:
        each.start()
    for round_number in range(3):
        for pk in range(100, 106):
            engine.put(dict([thing(pk, f"round {round_number}", STAFF if pk % 5 == 0 else EVERYONE)]))
        reader_of(engine).rebuild(things(60))
    is_over.set()
    for each in readers:
        each.join()
    assert not problems


def test_rel_16_a_commit_that_fails_gives_the_lock_back(engine, monkeypatch):
    from search.engines import whoosh_folder

    with monkeypatch.context() as patched:
        patched.setattr(
            whoosh_folder.Writer, "_commit_toc", lambda *a: (_ for _ in ()).throw(OSError(28, "No space left"))
        )
        with pytest.raises(Unavailable, match="No space left"):
            engine.put(dict([thing(1, "zebra")]))
    assert found(engine, "zebra") == [] and found(engine, "n1") == [1]
    start = time.monotonic()
    engine.put(dict([thing(1, "zebra")]))
    assert found(engine, "zebra") == [1] and time.monotonic() - start < 5


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"mounting is not permitted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_rel_16_a_full_disk_leaves_the_index_as_it_was_and_heals(small_disk):
    engine = WhooshEngine(small_disk / "search")
    engine.rebuild(things(60))
    had = found(engine, "printer")
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(b"x" * 4096)
    with pytest.raises(Unavailable, match="No space left"):
        engine.put(dict([thing(1, "zebra " * 50)]))
    with pytest.raises(Unavailable, match="No space left"):
        engine.rebuild(things(60))
    for each in (engine, reader_of(engine)):
        assert found(each, "printer") == had and rights_hold(each) and each.state() == "ready"
    filler.unlink()
    engine.put(dict([thing(1, "zebra " * 50)]))
    assert found(engine, "zebra") == [1]


def test_rel_16_a_writer_killed_50_times_harms_nothing(engine):
    chance = random.Random(16)
    reader = reader_of(engine)
    for number in range(int(os.environ.get("TEST_KILLS", "50"))):
        child = os.fork()
        if child == 0:
            try:
                writer = reader_of(engine)
                for _ in range(1000):
                    if number % 5 == 4:
                        writer.rebuild(things(60))
                    else:
                        writer.put(dict([thing(1, f"zebra{number} " * 200), thing(91 + number % 4)]))
                        writer.put(dict([thing(1), (Key("article", 91 + number % 4), [])]))
            finally:
                os._exit(0)
        time.sleep(0.03 + chance.random() * 0.15)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert found(reader, "n7") == [7] and rights_hold(reader), number
    assert reader.state(is_thorough=True) == "ready"
    engine.put(dict([thing(1, "zebra")]))
    assert found(reader, "zebra") == [1]
    reader.rebuild(things(60))
    left = [path.name for path in engine.folder.path.rglob("*") if path.name.endswith((".tmp", ".new", ".jsonl"))]
    assert not left and len(files_of(engine)) == 1


@pytest.fixture
def whoosh_in_use(settings, tmp_path, monkeypatch):
    """The desk on the embedded index, with a source of its own."""
    made = WhooshEngine(tmp_path / "search")
    monkeypatch.setattr("search.indexing.engine", lambda: made)
    settings.SEARCH_ENGINE = "whoosh"

    class Source:
        kinds = frozenset({"article"})

        def documents(self, pks):
            return dict(thing(pk) for pk in pks)

        def all_documents(self):
            return iter([thing(pk) for pk in range(1, 4)])

    monkeypatch.setattr("search.indexing.sources", lambda: (Source(),))
    return made


@pytest.mark.django_db
@pytest.mark.once
def test_rel_16_the_worker_makes_the_index_when_there_is_none_and_writes_what_waits(whoosh_in_use):
    indexing.reindex([Key("article", 9)])
    assert indexing.waiting_since() is not None
    assert tasks.write_index() == 0 and whoosh_in_use.state() == "ready"  # there was none: it was made
    assert tasks.write_index() == 1 and not Waiting.objects.exists()
    assert found(whoosh_in_use, "n9") == [9] and found(whoosh_in_use, "n2") == [2]
    assert not tasks.heal_index()


@pytest.mark.django_db
@pytest.mark.once
def test_rel_16_the_worker_heals_a_damaged_index(whoosh_in_use):
    indexing.rebuild()
    files_of(whoosh_in_use)[0].write_bytes(b"broken")
    assert tasks.heal_index() and found(whoosh_in_use, "n2") == [2]


@pytest.mark.django_db
@pytest.mark.once
def test_rel_16_only_the_search_says_that_there_is_no_index(client, settings, tmp_path):
    settings.SEARCH_ENGINE, settings.SEARCH_FOLDER = "whoosh", tmp_path / "search"
    _made.cache_clear()
    try:
        page = client.get("/search/?q=printer")
        assert page.status_code == 503 and "is being made" in page.content.decode()
        assert client.get("/search/suggest/?q=prin").status_code in {200, 503}
        assert client.get("/").status_code == client.get("/docs/").status_code == 200
    finally:
        _made.cache_clear()


def test_the_setting_chooses_the_engine(settings):
    settings.SEARCH_ENGINE = "whoosh"
    assert isinstance(engine_in_use(), WhooshEngine)
