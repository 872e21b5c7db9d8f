"""The eight people of the demo's month, all invented.

Knows their names, their addresses (example.com, RFC 2606) and where their clocks are. Does not know what they
work on, nor any account: the player makes accounts on the emulated site.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """One invented colleague; `handle` is how a story names them, `time_zone` an IANA name."""

    handle: str
    name: str
    email: str
    time_zone: str


PEOPLE: tuple[Person, ...] = (
    Person("ana", "Ana Kovačević", "ana@example.com", "Europe/Zagreb"),
    Person("tunde", "Túndé Adéyẹmí", "tunde@example.com", "Africa/Lagos"),
    Person("mei", "Chen Mei-Ling (陳美玲)", "mei@example.com", "Asia/Taipei"),
    Person("priya", "Priya Raghunathan", "priya@example.com", "Asia/Kolkata"),
    Person("joao", "João Nascimento", "joao@example.com", "America/Sao_Paulo"),
    Person("solveig", "Sólveig Jónsdóttir", "solveig@example.com", "Atlantic/Reykjavik"),
    Person("omar", "Omar Haddad", "omar@example.com", "Asia/Amman"),
    Person("camille", "Camille O'Brien-Roy", "camille@example.com", "America/Toronto"),
)
