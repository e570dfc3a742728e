#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

namespace postern {

// A coroutine of postern. The only thing of Asio that protocols know.
template <class T = void> using task = boost::asio::awaitable<T>;

// A value, or why there is none. On the data plane nothing ends by exception: through four nested
// coroutines an exception costs a hundred times what a value does.
template <class T = void> using result = boost::system::result<T>;

}
