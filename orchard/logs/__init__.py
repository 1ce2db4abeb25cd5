"""Why a step or a cluster failed, from the logs that EMR leaves in the bucket."""
