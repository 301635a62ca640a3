#include "core/csv.h"

#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <locale>
#include <sstream>

#include "core/error.h"
#include "core/random.h"
#include "tests/gzip_bytes.h"
#include "tests/temporary_folder.h"

namespace zeroth::core {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::Message;
using tests::gzip_bytes;
using tests::TemporaryFolder;

// Standard input is `path` while this lives.
class StandardInputFrom {
 public:
  explicit StandardInputFrom(const std::string& path) : before_(::dup(STDIN_FILENO)) {
    FILE* file = std::fopen(path.c_str(), "r");
    REQUIRE(file != nullptr);
    ::dup2(::fileno(file), STDIN_FILENO);
    std::fclose(file);
  }
  ~StandardInputFrom() {
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
  }

 private:
  int before_;
};

using Fields = std::vector<std::string>;

}  // namespace

TEST_CASE("a plain CSV file gives its columns, fields and line numbers") {
  const TemporaryFolder folder;
  const CsvTable table = CsvTable::read(folder.write("a.csv", "arch,acc\nx,1.5\n\n y ,\n"));
  CHECK(table.columns == Fields{"arch", "acc"});
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].fields == Fields{"x", "1.5"});
  CHECK(table.rows[0].line == 2);
  CHECK(table.rows[1].fields == Fields{"y", ""});
  CHECK(table.rows[1].line == 4);
  CHECK(table.column("acc") == 1);
  CHECK(table.find("arch") == size_t{0});
  CHECK(!table.find("Arch"));
}

TEST_CASE("byte order mark, CRLF, quotes, line breaks in quotes and a missing last line end are understood") {
  const TemporaryFolder folder;
  const std::string text = "\xEF\xBB\xBF\"arch\",note\r\n\"a,b\",\"say \"\"hi\"\"\"\r\n\"two\r\nlines\",x\r\nlast,y";
  const CsvTable table = CsvTable::read(folder.write("a.csv", text));
  CHECK(table.columns == Fields{"arch", "note"});
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[0].fields == Fields{"a,b", "say \"hi\""});
  CHECK(table.rows[1].fields == Fields{"two\r\nlines", "x"});
  CHECK(table.rows[1].line == 3);
  CHECK(table.rows[2].fields == Fields{"last", "y"});
  CHECK(table.rows[2].line == 5);
}

TEST_CASE("gzip is recognised by its content, whatever the name, also in several members") {
  const TemporaryFolder folder;
  const CsvTable table = CsvTable::read(folder.write("a.csv", gzip_bytes("a,b\n1,2\n") + gzip_bytes("3,4\n")));
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[1].fields == Fields{"3", "4"});
  // And a plain file that calls itself gzip.
  CHECK(CsvTable::read(folder.write("plain.csv.gz", "a\n7\n")).rows.at(0).fields == Fields{"7"});
}

TEST_CASE("a gzip file that is cut short anywhere or damaged is an error that names it") {
  const TemporaryFolder folder;
  std::string text = "a,b\n";
  const Stream stream(1, "csv test");
  for (uint32_t i = 0; i < 20000; ++i) text += number_text(stream.uniform(i)) + "," + std::to_string(i) + "\n";
  const std::string whole = gzip_bytes(text);
  REQUIRE(whole.size() > 100000);
  for (const size_t keep :
       {size_t{5}, size_t{12}, size_t{1000}, whole.size() / 2, whole.size() - 9, whole.size() - 8, whole.size() - 1}) {
    INFO("first " << keep << " of " << whole.size() << " bytes");
    const std::string path = folder.write("cut.csv.gz", whole.substr(0, keep));
    CHECK_THROWS_WITH(CsvTable::read(path), Contains(path) && Contains("cut short"));
  }
  std::string damaged = whole;
  damaged[damaged.size() - 8] ^= 1;  // the checksum
  CHECK_THROWS_WITH(CsvTable::read(folder.write("bad.gz", damaged)), Contains("bad.gz") && Contains("damaged"));
  CHECK(CsvTable::read(folder.write("whole.gz", whole)).rows.size() == 20000);
}

TEST_CASE("a dash reads standard input, plain or gzip") {
  const TemporaryFolder folder;
  for (const std::string& bytes : {std::string("a\n5\n"), gzip_bytes("a\n5\n")}) {
    const StandardInputFrom input(folder.write("input", bytes));
    const CsvTable table = CsvTable::read("-");
    REQUIRE(table.rows.size() == 1);
    CHECK(table.rows[0].fields == Fields{"5"});
  }
  const StandardInputFrom input(folder.write("input", ""));
  CHECK_THROWS_WITH(CsvTable::read("-"), "standard input: the file is empty");
}

TEST_CASE("malformed CSV is an error that names file and line") {
  const TemporaryFolder folder;
  const auto error_of = [&](const std::string& text) {
    const std::string path = folder.write("bad.csv", text);
    try {
      CsvTable::read(path);
    } catch (const Error& error) {
      const std::string what = error.what();
      CHECK(what.compare(0, path.size(), path) == 0);
      return what.substr(path.size());
    }
    return std::string("no error");
  };
  CHECK(error_of("") == ": the file is empty");
  CHECK(error_of("\n \r\n\t\n") == ": the file is empty");
  CHECK(error_of("a,b\n1,2\n\n3\n") == ":4: the row has 1 fields where the header has 2");
  CHECK(error_of("a,b\n1,2,3") == ":2: the row has 3 fields where the header has 2");
  CHECK(error_of("a,b,a\n") == ":1: two columns are named \"a\"");
  CHECK(error_of("a\n1\n\"x\ny\nz\n") == ":3: a quote that never closes");
  CHECK(error_of("a\n5\" disk\n") == ":2: a quote inside an unquoted field, or text after a closing quote");
  CHECK(error_of("a\n\"x\ny\"z\n") == ":2: a quote inside an unquoted field, or text after a closing quote");
}

TEST_CASE("a missing file and a folder are errors that say so") {
  const TemporaryFolder folder;
  CHECK_THROWS_MATCHES(CsvTable::read(folder.path("no.csv")), Error,
                       Message("cannot read " + folder.path("no.csv") + ": No such file or directory"));
  CHECK_THROWS_WITH(CsvTable::read(folder.path("")), Contains("Is a directory"));
}

TEST_CASE("an unknown column is an error with the ones that exist") {
  const TemporaryFolder folder;
  const CsvTable table = CsvTable::read(folder.write("a.csv", "arch,accuracy\n"));
  CHECK_THROWS_MATCHES(table.column("accurcy"), Error,
                       Message(folder.path("a.csv") + ": unknown column \"accurcy\"; did you mean \"accuracy\"? known: "
                                                      "arch, accuracy"));
}

TEST_CASE("a number field is a number, no value, or an error with file, line and column") {
  const TemporaryFolder folder;
  const CsvTable table = CsvTable::read(folder.write("a.csv", "v,w\n-1.5e3,nan\n,inf\n-inf,1.5x\n"));
  CHECK(table.number(0, 0) == -1500.0);
  CHECK(!table.number(0, 1));
  CHECK(!table.number(1, 0));
  CHECK(!table.number(1, 1));
  CHECK(!table.number(2, 0));
  CHECK_THROWS_MATCHES(table.number(2, 1), Error,
                       Message(folder.path("a.csv") + ":4: column w: \"1.5x\" is not a number"));
}

TEST_CASE("an exception from a row callback passes through unharmed") {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.csv", "a\n1\n2\n");
  CHECK_THROWS_WITH(CsvFile::read(
                        path, [](const Fields&) {}, [](const CsvRow&) { throw Error("stop"); }),
                    "stop");
}

TEST_CASE("whatever fields are written, the same are read back") {
  const TemporaryFolder folder;
  const Stream stream(7, "csv fields");
  const std::string alphabet = "ab ,\"\n\r\t|~;";
  uint32_t draw = 0;
  std::vector<Fields> rows;
  std::string text = "c1,c2,c3\n";
  for (int r = 0; r < 500; ++r) {
    Fields fields(3);
    for (std::string& field : fields) {
      for (uint32_t n = stream.below(6, draw++); n > 0; --n) {
        field += alphabet[stream.below(static_cast<uint32_t>(alphabet.size()), draw++)];
      }
    }
    text += csv_line(fields) + "\n";
    CHECK(parse_csv_line(csv_line(fields)) == fields);
    rows.push_back(fields);
  }
  const CsvTable table = CsvTable::read(folder.write("a.csv", text));
  REQUIRE(table.rows.size() == rows.size());
  for (size_t r = 0; r < rows.size(); ++r) CHECK(table.rows[r].fields == rows[r]);
}

TEST_CASE("csv_field quotes only what needs it") {
  CHECK(csv_field("|nor_conv_3x3~0|+|none~0|") == "|nor_conv_3x3~0|+|none~0|");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"hi\"") == "\"say \"\"hi\"\"\"");
  CHECK(csv_field(" x") == "\" x\"");
  CHECK(csv_field("").empty());
  CHECK(csv_line({""}) == "\"\"");
  CHECK(csv_line({"", ""}) == ",");
}

TEST_CASE("parse_csv_line refuses what is not one row") {
  CHECK(parse_csv_line("a,\"b\nc\"") == Fields{"a", "b\nc"});
  CHECK(!parse_csv_line(""));
  CHECK(!parse_csv_line("a\nb"));
  CHECK(!parse_csv_line("a,\"b"));
  CHECK(!parse_csv_line("a\"b"));
}

TEST_CASE("numbers are printed in the shortest form that reads back as the same number") {
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(100000) == "1e+05");
  CHECK(number_text(802426) == "802426");
  CHECK(number_text(-0.0) == "-0");
  CHECK(number_text(1.0 / 3) == "0.3333333333333333");
  CHECK(number_text(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(number_text(-std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(number_text(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(number_text(-std::numeric_limits<double>::infinity()) == "-inf");
  const Stream stream(3, "numbers");
  for (uint32_t i = 0; i < 2000; ++i) {
    const double value = std::ldexp(stream.uniform(i) - 0.5, static_cast<int>(stream.below(2000, i + 2000)) - 1000);
    CHECK(parse_number(number_text(value)) == value);
  }
  CHECK(parse_number(number_text(5e-324)) == 5e-324);
}

TEST_CASE("a number is the whole text or nothing") {
  CHECK(parse_number("12") == 12.0);
  CHECK(parse_number("-1e-3") == -0.001);
  CHECK(parse_number("inf") == std::numeric_limits<double>::infinity());
  CHECK(std::isnan(parse_number("nan").value()));
  for (const char* text : {"", " 1", "1 ", "1,5", "0x10", "1e", "one", "1e999", "--1"}) {
    INFO(text);
    CHECK(!parse_number(text));
  }
}

TEST_CASE("numbers do not depend on the locale") {
  struct CommaForPoint : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new CommaForPoint));
  std::ostringstream stream;
  stream << 1234.5;
  const std::string printed = number_text(1234.5);
  const auto read = parse_number("1234.5");
  std::locale::global(before);
  CHECK(stream.str() == "1234,5");
  CHECK(printed == "1234.5");
  CHECK(read == 1234.5);
}

TEST_CASE("who reads a row may keep it and leave any other in its place") {
  const TemporaryFolder folder;
  const std::string path = folder.write("t.csv", "a,b\n1,2\n\n3,\"x\ny\"\n5,6\n7\n");
  std::vector<CsvRow> kept;
  CHECK_THROWS_WITH(CsvFile::read(
                        path, [](const Fields&) {},
                        [&](CsvRow& row) {
                          kept.push_back({{"left", "in", "its", "place"}, 99});
                          std::swap(kept.back(), row);
                        }),
                    path + ":7: the row has 1 fields where the header has 2");
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].fields == Fields{"1", "2"});
  CHECK(kept[1].fields == Fields{"3", "x\ny"});
  CHECK(kept[2].fields == Fields{"5", "6"});
  CHECK(kept[0].line == 2);
  CHECK(kept[1].line == 4);
  CHECK(kept[2].line == 6);
}

TEST_CASE("streaming a long file holds one row in memory") {
  const TemporaryFolder folder;
  std::string line;
  for (int c = 0; c < 20; ++c) line += (c ? ",0.12345678" : "|nor_conv_3x3~0|");
  std::string text = "c0";
  for (int c = 1; c < 20; ++c) text += ",c" + std::to_string(c);
  text += "\n";
  const size_t rows = 100000;
  for (size_t r = 0; r < rows; ++r) text += line + "\n";
  const std::string path = folder.write("long.csv.gz", gzip_bytes(text));
  REQUIRE(text.size() > 20'000'000);

  const auto peak_kilobytes = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  text = std::string();
  const auto before = peak_kilobytes();
  size_t seen = 0;
  const std::string* first_field = nullptr;
  size_t moved = 0;
  CsvFile::read(
      path, [](const Fields& columns) { CHECK(columns.size() == 20); },
      [&](const CsvRow& row) {
        seen += row.fields.size();
        // The strings of one row are used for the next.
        if (first_field != row.fields.data()) ++moved;
        first_field = row.fields.data();
      });
  CHECK(seen == rows * 20);
  CHECK(moved == 1);
  CHECK(peak_kilobytes() - before < 10'000);
}

}  // namespace zeroth::core
