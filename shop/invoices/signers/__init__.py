"""Signer back ends beside the key file: a token or HSM (PKCS#11), and a licensed remote-signing service."""
