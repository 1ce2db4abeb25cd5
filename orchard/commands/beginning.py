"""What a bare ./inv says: where to begin, in lines of at most 80 columns."""

from orchard.base.language import marked

LINES = (
    marked("Orchard computes the features of photographs and their principal components,"),
    marked("on this machine or on Amazon EMR. Begin with all of it at once, for nothing:"),
    "",
    "  ./inv demo",
    "",
    marked("or step by step, on this machine until you say --target aws:"),
    "",
    marked("  ./inv doctor                            # what a run needs"),
    marked("  ./inv up                                # bucket, roles, network, cluster"),
    marked("  ./inv upload-dataset --dataset DIR      # photographs of yours"),
    marked("  ./inv run                               # features, principal components"),
    marked("  ./inv results report --open             # fetch them, and look at them"),
    marked("  ./inv down                              # the cluster; cleanup: everything"),
    "",
    marked("./inv --list shows every command, ./inv --help COMMAND explains one."),
)
