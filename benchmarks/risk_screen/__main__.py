"""Recall and false alarms of the risk screen, by language, on a synthetic corpus.

python -m benchmarks.risk_screen [--part held_out|development] [--wrong]
"""

import argparse

from benchmarks.risk_screen.corpus import Part, Truth, corpus, templates
from benchmarks.risk_screen.scoring import WORD_ERRORS, Figures, Result, score
from sip_config.contract import RiskLevel

RIGHT = {Truth.CRISIS: (RiskLevel.CRISIS,), Truth.CONCERN: tuple(RiskLevel), Truth.HARMLESS: (None,)}


def table(results: list[Result]) -> str:
    """Markdown: a row per language and one for all."""
    languages = sorted({result.sentence.language for result in results})
    rows = [(name, [result for result in results if result.sentence.language == name]) for name in languages]
    lines = [
        "| language | crises | raised as a crisis | raised at all | concerns raised | harmless | taken for a crisis | taken for anything |",
        "|---" * 8 + "|",
    ]
    for name, of_language in [*rows, ("**all**", results)]:
        told = Figures.of(of_language)
        shares = (told.found, told.noticed, told.concerns_noticed)
        false = (told.false_crises, told.false_alarms)
        cells = [name, told.grave, *map(_percent, shares), told.harmless, *map(_percent, false)]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", type=Part, default=Part.DEVELOPMENT, choices=list(Part))
    parser.add_argument("--wrong", action="store_true", help="show what was judged wrongly, as written")
    arguments = parser.parse_args()
    sentences = corpus(arguments.part)
    print(f"{len(sentences)} sentences of {len(templates(arguments.part))} templates")
    for title, rate in (("as written", 0.0), (f"{WORD_ERRORS:.0%} word errors", WORD_ERRORS)):
        results = score(sentences, rate)
        print(f"\n{title}\n\n{table(results)}")
        for result in results if arguments.wrong and not rate else ():
            if result.level not in RIGHT[result.sentence.truth]:
                print(f"{result.sentence.language} {result.sentence.truth.value} -> {result.level}: {result.sentence.text}")


if __name__ == "__main__":
    main()
