#!/usr/bin/python3
"""The signing step, with a certificate made for the test: signs and verifies, refuses what is not to be believed, and tells no secret.

    msi_sign.py --sign installer/windows/msi/sign --build installer/windows/msi/build
"""

import argparse
import os
import subprocess
import tempfile

PASSWORD = "only-for-this-test-9471"


def expect(holds, words):
    if not holds:
        raise AssertionError(words)


def sign(program, file, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PLOTMETER_")}
    done = subprocess.run([program, *([file] if file else [])], env={**clean, **environment}, capture_output=True, text=True, check=False)
    expect(PASSWORD not in done.stdout + done.stderr, "the password is told")
    return done


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sign", required=True)
    parser.add_argument("--build", required=True)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plotmeter-sign-") as folder:
        key, certificate, package = (os.path.join(folder, name) for name in ("key.pem", "certificate.pem", "collector.msi"))
        subprocess.run([given.sign, "--test-certificate", folder], check=True)
        expect(os.stat(key).st_mode & 0o77 == 0, "others may read the key")
        subprocess.run([given.build, "/dev/null", "1.2.3", package], check=True)
        with open(package, "rb") as file:
            unsigned = file.read()

        refused = sign(given.sign, package, PLOTMETER_SIGN_KEY=key)
        expect(refused.returncode == 1 and "PLOTMETER_SIGN_CERT is not set" in refused.stderr, f"without a certificate: {refused}")
        refused = sign(given.sign, package, PLOTMETER_SIGN_KEY=key, PLOTMETER_SIGN_CERT=certificate)
        expect(refused.returncode == 1 and "not to be believed" in refused.stderr, f"nobody vouches for it: {refused}")
        with open(package, "rb") as file:
            expect(file.read() == unsigned, "a refused signature was left in it")
        expect(sign(given.sign, None).returncode == 1, "signs nothing")

        locked = os.path.join(folder, "locked.pem")
        subprocess.run(["openssl", "pkey", "-in", key, "-aes256", "-passout", f"pass:{PASSWORD}", "-out", locked], check=True)
        wrong = sign(given.sign, package, PLOTMETER_SIGN_KEY=locked, PLOTMETER_SIGN_CERT=certificate, PLOTMETER_SIGN_CA=certificate,
                     PLOTMETER_SIGN_PASSWORD=PASSWORD[1:])
        expect(wrong.returncode == 1 and "is not signed" in wrong.stderr, f"a wrong password: {wrong}")
        done = sign(given.sign, package, PLOTMETER_SIGN_KEY=locked, PLOTMETER_SIGN_CERT=certificate, PLOTMETER_SIGN_CA=certificate,
                    PLOTMETER_SIGN_PASSWORD=PASSWORD)
        expect(done.returncode == 0 and "signed and verified" in done.stdout, f"not signed: {done}")

        # What was signed is what is held: a changed octet is seen.
        with open(package, "rb") as file:
            content = bytearray(file.read())
        at = content.index(b"PlotmeterCollector")
        content[at] ^= 1
        changed = os.path.join(folder, "changed.msi")
        with open(changed, "wb") as file:
            file.write(content)
        for path, wanted in ((package, 0), (changed, 1)):
            said = subprocess.run(["osslsigncode", "verify", "-CAfile", certificate, "-in", path], capture_output=True, text=True, check=False)
            expect((said.returncode != 0) == bool(wanted), f"{path}: {said}")

        # Who builds the same and takes over the signature that was published has what was published (docs/install-windows.md).
        own, signature, taken_over = (os.path.join(folder, name) for name in ("own.msi", "signature", "taken_over.msi"))
        with open(own, "wb") as file:
            file.write(unsigned)
        for words in (("extract-signature", "-in", package, "-out", signature),
                      ("attach-signature", "-CAfile", certificate, "-sigin", signature, "-in", own, "-out", taken_over)):
            said = subprocess.run(["osslsigncode", *words], capture_output=True, text=True, check=False)
            expect(said.returncode == 0, f"{words[0]}: {said}")
        with open(package, "rb") as published, open(taken_over, "rb") as file:
            expect(published.read() == file.read(), "the signature taken over, it is not what was signed")


main()
