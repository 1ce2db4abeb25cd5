#!/usr/bin/env bash
# Runs on every node of a JupyterHub cluster while it starts, and does something on the primary one only.
#
#   jupyterhub.sh REGION
#
# On EMR 7, JupyterHub with notebooks kept in S3 starts no user's server unless the server's environment names S3's
# host (without https://) and the region. Applications come after the bootstrap actions, and their set-up writes the
# hub's configuration: so this leaves a process behind that waits until EMR calls the node provisioned, completes the
# configuration, and proves it by signing in.
#
# EMR's administrator is `jovyan` with a password that everybody knows, so it gets one of this cluster's own, kept in a
# file that only `hadoop` reads: `./inv connect --password` shows it, and the last line of the log beside it.
set -euo pipefail

region=$1
info=${ORCHARD_INSTANCE_INFO:-/mnt/var/lib/info/instance.json}
state=${ORCHARD_NODE_STATE:-/emr/instance-controller/lib/info/job-flow-state.txt}
config=${ORCHARD_HUB_CONFIG:-/etc/jupyter/conf/jupyterhub_config.py}
hub=${ORCHARD_HUB_URL:-https://localhost:9443}
secret=$HOME/.jupyterhub-password
log=$HOME/.jupyterhub.log

grep -Eq '"isMaster"[[:space:]]*:[[:space:]]*true' "$info" || exit 0

# Five seconds a try: an hour for the cluster to start, ten minutes for the hub or a server to.
within() {
    local tries=$1
    shift
    until "$@"; do
        ((tries--)) || return 1
        sleep 5
    done
}

# EMR's own record of this node, as AWS's examples read it (Management Guide, "Enhanced Monitoring with CloudWatch";
# re:Post, "How do I update all my nodes after the bootstrap phase?"): the text of a protocol buffer.
provisioned() {
    [ -r "$state" ] && awk '
        { gsub(/"([^"\\]|\\.)*"/, "") }
        /localInstance \{/ { mine = 1; depth = 0 }
        mine && /nodeProvisionCheckinRecord \{/ { record = 1 }
        record && $1 == "status:" { status = $2 }
        record && /\}/ { record = 0 }
        mine { depth += gsub(/\{/, "") - gsub(/\}/, ""); if (depth <= 0) mine = 0 }
        END { exit status != "SUCCESSFUL" }' "$state"
}

there() {
    sudo test -s "$config" && sudo docker inspect jupyterhub >/dev/null 2>&1
}

complete() {
    local variables
    variables=$(printf "{'S3_ENDPOINT_URL': 's3.%s.amazonaws.com', 'AWS_REGION': '%s', 'AWS_DEFAULT_REGION': '%s'}" \
        "$region" "$region" "$region")
    # The first line is for the hub and for a configuration that reads them, the last one for users' servers. Copied
    # into the same file, for that is what the container has mounted.
    {
        echo "import os; os.environ.update($variables)" &&
            sudo cat "$config" &&
            printf '\nc.Spawner.environment.update(%s)\n' "$variables"
    } >"$work/config.py" &&
        sudo cp "$work/config.py" "$config" &&
        sudo docker restart jupyterhub >/dev/null &&
        echo "jupyterhub: users' servers are told of S3 in $region"
}

own_password() {
    local password
    password=$(head -c 18 /dev/urandom | base64 | tr '+/' '-_')
    # By a pipe and a builtin: an argument would be seen in the list of processes.
    printf 'jovyan:%s\n' "$password" | sudo docker exec -i jupyterhub chpasswd &&
        (umask 077 && printf '%s\n' "$password" >"$secret") &&
        echo "jupyterhub: jovyan has a password of this cluster's own"
}

# The certificate is the node's own, and the way leads nowhere else.
web() {
    curl --silent --insecure --fail --max-time 60 --cookie "$work/jar" --cookie-jar "$work/jar" "$@"
}

# Fill in the form as a browser does; /hub/spawn then starts the server.
sign_in() {
    within 120 web --output /dev/null "$hub/hub/login" || return 1
    local xsrf
    xsrf=$(awk '$6 == "_xsrf" { print $7 }' "$work/jar") # none before JupyterHub 4.1
    tr -d '\n' <"$secret" |
        web --output /dev/null --location --data-urlencode username=jovyan --data-urlencode password@- \
            --data-urlencode "_xsrf=$xsrf" "$hub/hub/login?next=%2Fhub%2Fspawn"
}

# The answer of the server itself, which asks for no sign-in; until it runs, the hub answers in its place.
serves() {
    web "$hub/user/jovyan/api" | grep -q '"version"'
}

repair() {
    if ! within 720 provisioned; then
        echo "jupyterhub: EMR did not call this node provisioned within an hour"
    elif ! within 120 there; then
        echo "jupyterhub: no hub appeared within ten minutes of the node's provisioning"
    elif ! complete; then
        echo "jupyterhub: the hub's configuration could not be completed, so no user's server will start"
    elif ! own_password; then
        echo "jupyterhub: jovyan keeps EMR's password, for it could not be changed"
    elif ! sign_in || ! within 120 serves; then
        sudo docker logs --tail 50 jupyterhub
        echo "jupyterhub: jovyan's server did not start; the hub's own words are above, in ~hadoop/.jupyterhub.log"
    else
        echo "jupyterhub: signed in as jovyan, and the server started"
    fi
}

in_background() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    repair
}

(umask 077 && : >"$log")
in_background >>"$log" 2>&1 </dev/null &
disown
