#pragma once

#include <exception>

namespace postern::tls {

// guarded<callback, failed>::call is the callback for a TLS library, through which an exception
// must not pass: a lack of memory fails this step, and with it one session.
template <auto Callback, auto Failed> struct guarded;

template <class Answer, class... In, Answer (*Callback)(In...), auto Failed>
struct guarded<Callback, Failed> {
    static Answer call(In... in) noexcept {
        try {
            return Callback(in...);
        } catch (const std::exception&) {
            return Failed;
        }
    }
};

}
