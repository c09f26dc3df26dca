#include <windows.h>
// after it
#include <wincrypt.h>

#include <new>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "collector/uplink/system_authorities.h"
#include "common/system.h"

namespace plotmeter {
namespace {

// Windows marks roots by what they may be used for. One that may not vouch for servers is none of
// ours.
bool MayVouchForServers(PCCERT_CONTEXT certificate) {
  DWORD size = 0;
  if (CertGetEnhancedKeyUsage(certificate, 0, nullptr, &size) == 0) return false;
  std::vector<std::byte> room(size);
  auto* usage = reinterpret_cast<CERT_ENHKEY_USAGE*>(room.data());
  if (CertGetEnhancedKeyUsage(certificate, 0, usage, &size) == 0) return false;
  // None at all: for everything where no such mark was found, for nothing else.
  if (usage->cUsageIdentifier == 0) return GetLastError() == static_cast<DWORD>(CRYPT_E_NOT_FOUND);
  for (DWORD i = 0; i < usage->cUsageIdentifier; ++i) {
    const std::string_view use = usage->rgpszUsageIdentifier[i];
    if (use == szOID_PKIX_KP_SERVER_AUTH || use == szOID_ANY_ENHANCED_KEY_USAGE) return true;
  }
  return false;
}

struct CloseStore {
  void operator()(void* store) const { CertCloseStore(store, 0); }
};
using Store = std::unique_ptr<void, CloseStore>;

Store Open(const wchar_t* name) {
  Store store(CertOpenSystemStoreW(0, name));
  if (store) return store;
  throw std::runtime_error("the certificate store of Windows cannot be opened: " +
                           ErrorText(static_cast<int>(GetLastError())));
}

bool IsIn(const Store& store, PCCERT_CONTEXT certificate) {
  const std::unique_ptr<const CERT_CONTEXT, decltype(&CertFreeCertificateContext)> found(
      CertFindCertificateInStore(store.get(), X509_ASN_ENCODING, 0, CERT_FIND_EXISTING, certificate,
                                 nullptr),
      &CertFreeCertificateContext);
  return found != nullptr;
}

void Take(X509_STORE& into, const Store& store, const Store& disallowed) {
  for (PCCERT_CONTEXT at = nullptr;
       (at = CertEnumCertificatesInStore(store.get(), at)) != nullptr;) {
    if (!MayVouchForServers(at) || IsIn(disallowed, at)) continue;
    const unsigned char* der = at->pbCertEncoded;
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        d2i_X509(nullptr, &der, static_cast<long>(at->cbCertEncoded)), X509_free);
    // One that OpenSSL cannot read vouches for nobody.
    if (certificate) X509_STORE_add_cert(&into, certificate.get());
  }
}

}  // namespace

Authorities SystemAuthorities() {
  Authorities store(X509_STORE_new(), X509_STORE_free);
  if (!store) throw std::bad_alloc();
  const Store disallowed = Open(L"Disallowed");
  Take(*store, Open(L"ROOT"), disallowed);
  Take(*store, Open(L"CA"), disallowed);
  return store;
}

}  // namespace plotmeter
