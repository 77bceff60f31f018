sign-in-title = Sign in
sign-in-email = E-mail address
sign-in-password = Password
sign-in-code = Code of the second factor
sign-in-code-hint = Six digits from your authenticator, or a recovery code. Leave it empty if you have set up none.
sign-in-promise = What was promised, what was kept, and what is owed.
sign-in-status = Public status page
