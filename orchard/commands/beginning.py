"""What a bare ./inv says: where to begin."""

from orchard.base import language

ENGLISH = (
    "Orchard computes the features of photographs and their principal components,",
    "on this machine or on Amazon EMR. Begin with all of it at once, for nothing:",
    "",
    "  ./inv demo",
    "",
    "or step by step, on this machine until you say --target aws:",
    "",
    "  ./inv doctor                            # what a run needs",
    "  ./inv up                                # bucket, roles, network, cluster",
    "  ./inv upload-dataset --dataset DIR      # photographs of yours",
    "  ./inv run                               # features, principal components",
    "  ./inv results report --open             # fetch them, and look at them",
    "  ./inv down                              # the cluster; cleanup: everything",
    "",
    "./inv --list shows every command, ./inv --help COMMAND explains one.",
)
FRENCH = (
    "Orchard calcule les caractéristiques de photos et leurs composantes principales,",
    "sur cette machine ou sur Amazon EMR. Commencez par tout à la fois, sans frais :",
    "",
    "  ./inv demo",
    "",
    "ou pas à pas, sur cette machine tant que vous ne dites pas --target aws :",
    "",
    "  ./inv doctor                            # ce qu'il faut à un calcul",
    "  ./inv up                                # bucket, rôles, réseau, cluster",
    "  ./inv upload-dataset --dataset DIR      # vos photos",
    "  ./inv run                               # caractéristiques, composantes",
    "  ./inv results report --open             # les prendre, et les regarder",
    "  ./inv down                              # le cluster ; cleanup : tout",
    "",
    "./inv --list montre toutes les commandes, ./inv --help COMMANDE en explique une.",
)


def lines() -> tuple[str, ...]:
    """Return it in the language that is chosen, in lines of at most 80 columns."""
    return FRENCH if language.chosen() == "fr" else ENGLISH
