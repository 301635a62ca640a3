// The bytes of a gzip file.
#pragma once

#include <boost/iostreams/device/back_inserter.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filtering_stream.hpp>
#include <string>

namespace zeroth::tests {

inline std::string gzip_bytes(const std::string& plain) {
  std::string packed;
  boost::iostreams::filtering_ostream out;
  out.push(boost::iostreams::gzip_compressor());
  out.push(boost::iostreams::back_inserter(packed));
  out.write(plain.data(), static_cast<std::streamsize>(plain.size()));
  out.reset();
  return packed;
}

}  // namespace zeroth::tests
