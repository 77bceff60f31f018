# People, links, one's own account.

people-confirm-title = Confirm with your password
people-confirm-why = What you are about to do is protected. Give your password once more; then it is done, and for a few minutes you are not asked again.
people-confirm-go-on = Confirm and go on
