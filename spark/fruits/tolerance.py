"""What is promised of the features of a picture, whatever computed them.

They are float32 sums, whose order depends on the processor's kernels and on the pictures that share a batch.
"""

FEATURES = 2e-4  # the most that one feature may differ by; features go up to 6
COSINE = 0.99999  # the least of two rows of features
