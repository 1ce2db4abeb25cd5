"""How each kind of resource that Terraform makes here is found on AWS without its state: by fixed name, and by tag.

Only what AWS would refuse to make twice, or what would cost or open something beside a second one. All else (bucket
settings, inline policies, attachments, alarms) is put, and put again the same.
"""
