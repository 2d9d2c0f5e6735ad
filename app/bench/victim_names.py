"""Names, streets and places for invented victim lists; the commonest stand first."""


def _words(text: str) -> list[str]:
    return text.split()


MALE = _words("""
James William George Thomas Robert Arthur Frederick Albert Edward Henry Ernest Walter Harold
Reginald Cyril Leslie Sidney Francis Douglas Gerald Laurence Nicholas Timothy Jonathan Gregory Roger
Clifford Rodney Bernard Hugh Duncan Alistair Gareth Craig Darren Sean Patrick Dominic Vincent
Theodore Oliver Nathaniel Zachary Ibrahim Hassan Imran René Søren André Łukasz Owain Emyr Tomos
Kwame Chidi Amir Yousuf Gurpreet Harjit Wei Aleksander
""")
FEMALE = _words("""
Elizabeth Florence Annie Edna Ethel Elsie Gertrude Winifred Alice Hannah Harriet Josephine Georgina
Philippa Rosemary Gillian Penelope Hilary Daphne Marian Marjorie Geraldine Veronica Yvonne Lorraine
Beverley Teresa Cynthia Stella Diana Wendy Heather Gwendoline Glenys Bronwen Siobhan Aoife Niamh
Maxine Tracey Michelle Samantha Natalie Abigail Isabel Olivia Amelia Zoë Chloë Renée Aisha Yasmin
Nadia Ngozi Simran Mei Agnieszka Katarzyna
""")
SURNAMES = _words("""
Ashworth Barraclough Bentley Birtwhistle Broadbent Butterfield Cartwright Chadwick Clegg Craven
Dewhirst Drake Earnshaw Eastwood Farrar Feather Gaukroger Gledhill Greenhalgh Hainsworth Hardcastle
Hargreaves Haworth Helliwell Heptonstall Hey Hinchliffe Holroyd Illingworth Ingham Jagger Jowett
Kaye Kershaw Laycock Learoyd Lockwood Mallinson Marsden Metcalf Moorhouse Nutter Ogden Oldroyd
Pickles Pollard Priestley Ramsden Rawnsley Rishworth Rushworth Schofield Shackleton Smithies
Stansfield Sugden Sunderland Tattersall Thackray Thwaites Tordoff Uttley Varley Wadsworth Walmsley
Waterhouse Whiteley Widdop Womersley Woodhead O'Hara O'Dowd O'Keefe D'Arcy McBride McAllister
McIntyre MacLeod Fitzgerald Okonkwo Adeyemi Mensah Banerjee Chowdhury Sandhu Dhillon Rahman Siddiqui
Żukowski Wójcik Zieliński Fernández Gonçalves Østergaard Lindström Papadopoulos Ito Zhang Pham Abara
Brathwaite St.Clair Hope-Jones Langley-Moore Fox Nash Rowe Poole Vaughan Tucker Sharpe Pope Quinn
Finch Lamb Marsh Frost Birch Dunn Bolton Carr Dyer Eaves Flint Garner Hobbs Ives Judd Keane Lowther
Maw Noble Orme Pym Rudd Stubbs Tate Upton Voss Wragg Yates
""")
# After these the rare ones, one for every hamlet: without them every second neighbour would be a namesake.
SURNAMES += [place + ending
             for place in _words("Ald Bran Cold Cropp Ding Egg Fern Gris Hard Hep Kil Lang Mars Nor Pock Sed")
             for ending in _words("bergh cliffe combe croft garth holme hurst royd sett thorpe worthy")]
STREETS = [
    "Beckside", "Canal Street", "Cinder Lane", "Coal Road", "Cricket Close", "Dye House Lane",
    "Fell View", "Ferry Road", "Gas Street", "Heather Bank", "Inkerman Street", "Jubilee Avenue",
    "Kirkgate", "Limekiln Lane", "Market Place", "Nab Lane", "Old Mill Road", "Paddock Close",
    "Quarry Road", "Railway Terrace", "Saltergate", "Tannery Street", "Union Street", "Viaduct Road",
    "Weavers Close", "York Road", "Priory Gardens", "Sycamore Drive", "Larch Avenue",
    "Trafalgar Square", "Waterloo Road", "Nelson Street", "Windsor Crescent", "St Hilda's Road",
    "St Oswald's Street", "St Aidan's Close",
]
TOWNS = [("Scarborough", "YO"), ("Whitby", "YO"), ("Thirsk", "YO"), ("Selby", "YO"), ("Malton", "YO"),
         ("York", "YO"), ("Harrogate", "HG"), ("Ripon", "HG"), ("Skipton", "BD"), ("Settle", "BD"),
         ("Richmond", "DL"), ("Northallerton", "DL"), ("Stokesley", "TS"), ("Tadcaster", "LS")]
