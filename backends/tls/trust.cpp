#include "backends/tls/trust.hpp"

#include "backends/tls/certificate.hpp"
#include "backends/tls/der.hpp"
#include "backends/tls/pem.hpp"

namespace postern::tls {

namespace {

using config::severity;

// One kind of block in one file.
class pem_reader {
public:
    pem_reader(
        const config::file& file,
        std::string_view directive,
        std::string_view label,
        std::string_view kind,
        std::vector<config::complaint>& complaints
    )
        : file_(file), directive_(directive), label_(label), kind_(kind), complaints_(complaints) {}

    template <class Good> std::vector<std::string> read(Good good) {
        std::vector<std::string> out;
        if (!file_.bytes) return complain("\"" + file_.path + "\" could not be read", {});
        auto text = read_pem(file_.bytes->reveal());
        for (auto& block : text.blocks) {
            if (block.label != label_) continue;
            auto der = pem_bytes(block);
            if (!der || !good(*der))
                return complain(
                    kind_ + " " + std::to_string(out.size() + 1) + " in \"" + file_.path +
                        "\" cannot be understood",
                    "the file may be damaged"
                );
            out.push_back(std::move(*der));
        }
        if (text.torn || out.empty())
            return complain(
                text.torn ? "a block in \"" + file_.path + "\" begins and does not end"
                          : "no " + kind_ + " in \"" + file_.path + "\"",
                "a PEM file holds a line -----BEGIN " + std::string(label_) + "-----"
            );
        return out;
    }

private:
    std::vector<std::string> complain(std::string text, std::string hint) {
        complaints_.push_back(
            {severity::error, std::string(directive_), std::move(text), std::move(hint)}
        );
        return {};
    }

    const config::file& file_;
    std::string_view directive_, label_;
    std::string kind_;
    std::vector<config::complaint>& complaints_;
};

}

std::vector<std::string> read_anchors(
    const config::file& file, std::string_view directive, std::vector<config::complaint>& complaints
) {
    return pem_reader(file, directive, "CERTIFICATE", "certificate", complaints)
        .read([](const std::string& der) { return read_certificate(der).has_value(); });
}

std::vector<std::string> read_crls(
    const config::file& file, std::string_view directive, std::vector<config::complaint>& complaints
) {
    return pem_reader(file, directive, "X509 CRL", "CRL", complaints)
        .read([](const std::string& der) { return read_crl_head(der).has_value(); });
}

std::optional<crl_head> read_crl_head(std::string_view bytes) {
    auto whole = der::take(bytes, der::sequence);
    auto inner = whole ? der::take(*whole, der::sequence) : std::nullopt;
    if (!inner) return std::nullopt;
    der::take(*inner, der::integer);                            // the version, of version 2
    if (!der::take(*inner, der::sequence)) return std::nullopt; // how it is signed
    auto issuer = der::take(*inner);
    auto from = take_time(*inner);
    if (!issuer || issuer->tag != der::sequence || !from) return std::nullopt;
    auto rest = *inner;
    auto until = take_time(rest); // may be missing: then it counts for ever
    return crl_head{
        issuer->whole, *from, until.value_or(std::chrono::system_clock::time_point::max())};
}

}
