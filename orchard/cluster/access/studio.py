"""`studio`: the Studio's address, and the steps that AWS has no API for.

EMR's API can make Studios, and neither Workspaces nor their attachment to clusters (Amazon EMR API Reference): those
are done in the browser.
"""

import webbrowser
from typing import Any

from orchard.aws.emr import Emr
from orchard.aws.layout import WORKSPACES
from orchard.base.errors import OrchardError
from orchard.base.language import marked
from orchard.cluster.site import Site

GATEWAY = "JupyterEnterpriseGateway"


def find(emr: Any, project: str) -> dict[str, Any] | None:
    """Return a project's Studio as ListStudios tells of it; None where there is none.

    Args:
        emr: boto3's client.
        project: its name.
    """
    pages = emr.get_paginator("list_studios").paginate()
    return next((entry for page in pages for entry in page["Studios"] if entry["Name"] == project), None)


def show(site: Site, *, browse: bool) -> list[str]:
    """Return what to tell the user, and open the Studio in a browser when asked to.

    Raises:
        OrchardError: there is no Studio.
    """
    emr = Emr(site.target)
    studio = find(emr.api, site.settings.project)
    if studio is None:
        cause = f"there is no EMR Studio {site.settings.project}"
        raise OrchardError(cause, "make it, free of charge: ./inv up --only foundation")
    lines = [f"EMR Studio {studio['Name']} ({studio['StudioId']}): {studio['Url']}", *_steps(site, emr)]
    if not site.target.reachable:
        lines.append(marked("This Studio is emulated, so nobody answers at its address; on AWS: --target aws."))
    if browse and not webbrowser.open(studio["Url"]):
        lines.append(marked("No browser could be opened; copy the address above."))
    return lines


def _steps(site: Site, emr: Emr) -> list[str]:
    alive = emr.clusters(site.cluster_name)
    if not alive:
        cluster = f"{site.cluster_name}, once it is up (./inv up)"
    else:
        applications = emr.api.describe_cluster(ClusterId=alive[0].id)["Cluster"].get("Applications", [])
        attachable = GATEWAY in {entry["Name"] for entry in applications}
        lacks = "" if attachable else f"; it lacks {GATEWAY} and cannot be attached, so make another: ./inv up"
        cluster = f"{alive[0].name} ({alive[0].id}, {alive[0].state}{lacks})"
    users = ", ".join(site.settings.studio_users) or "none are named in studio_users, so whoever has the permissions"
    return [
        "Workspaces have no API, so this is done by hand, in the browser:",
        f"  1. Sign in as an IAM user or role, never as the root user ({users}).",
        "  2. Create a Workspace, and open it when it is Ready.",
        f"  3. Compute (left) > EMR on EC2 cluster > {cluster} > Attach.",
        "  4. Upload data/notebooks/emr_studio.ipynb (./inv notebooks makes it), and open it with the kernel PySpark.",
        f"  5. When done, stop the Workspace and ./inv down. Its files stay in the bucket: {WORKSPACES}.",
    ]
