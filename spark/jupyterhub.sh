#!/usr/bin/env bash
# Runs on every node of a JupyterHub cluster while it starts, and does something on the primary one only.
#
#   jupyterhub.sh S3_HOST
#
# On EMR 7, JupyterHub with notebooks kept in S3 starts no user's server unless S3_ENDPOINT_URL is set in the hub's
# container: a host name, without https://. The container comes after the bootstrap actions, so this leaves a process
# behind that waits for the hub's configuration and completes it.
#
# EMR's administrator is `jovyan` with a password that everybody knows, so it gets one of this cluster's own, kept in a
# file that only `hadoop` reads: `./inv connect --password` shows it.
set -euo pipefail

host=$1
info=${ORCHARD_INSTANCE_INFO:-/mnt/var/lib/info/instance.json}
config=${ORCHARD_HUB_CONFIG:-/etc/jupyter/conf/jupyterhub_config.py}

secret=${ORCHARD_HUB_PASSWORD:-$HOME/.jupyterhub-password}

grep -Eq '"isMaster"[[:space:]]*:[[:space:]]*true' "$info" || exit 0

own_password() {
    local password
    password=$(head -c 18 /dev/urandom | base64 | tr '+/' '-_')
    # By a pipe and a builtin: an argument would be seen in the list of processes.
    if printf 'jovyan:%s\n' "$password" | sudo docker exec -i jupyterhub chpasswd; then
        (umask 077 && printf '%s\n' "$password" >"$secret")
        echo "jupyterhub: jovyan has a password of this cluster's own"
    else
        echo "jupyterhub: jovyan keeps EMR's password, for it could not be changed" >&2
    fi
}

complete() {
    # An hour: applications are installed after all nodes have started.
    for _ in $(seq 720); do
        if sudo test -s "$config" && sudo docker inspect jupyterhub >/dev/null 2>&1; then
            sudo sed -i "1i import os; os.environ.setdefault('S3_ENDPOINT_URL', '$host')" "$config"
            sudo docker restart jupyterhub >/dev/null
            echo "jupyterhub: S3_ENDPOINT_URL is $host"
            own_password
            return
        fi
        sleep 5
    done
    echo "jupyterhub: no hub appeared within an hour" >&2
    return 1
}

complete >"${TMPDIR:-/tmp}/orchard-jupyterhub.log" 2>&1 </dev/null &
disown
