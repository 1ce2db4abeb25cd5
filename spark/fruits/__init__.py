"""Features and principal components of photographs, as ordinary Spark ML.

    from fruits.featurizer import ImageFeaturizer
    from fruits.pca import DistributedPCA

The package needs only what `spark/requirements.in` pins. It is zipped and shipped to the cluster as it is.
"""

from fruits import blas

blas.tell()  # before any module of this package imports numpy
